// The choice of which experiments of a comparison are taken together.

import { ChevronDown } from 'lucide';
import { Icon } from '../parts/icon';
import { Middle } from '../parts/middle';
import { GroupChoices, offered } from '../table/groupby';
import { comparedBy, groupedAs, SHARED, titleOfGrouping } from '../table/grouping';
import { Popover } from '../table/popover';
import { textsOf, useCompany } from './company';

const BANDS = [
  ['none', 'No band'],
  ['minmax', 'Min to max'],
  ['std', 'Standard deviation'],
  ['stderr', 'Standard error'],
  ['ci95', '95 % confidence'],
] as const;

/** Which experiments are one line, and how it is drawn; or one column. */
export function Groups({ what }: { what: 'line' | 'column' }) {
  const { answer, options, keep } = useCompany();
  const all = answer.hyperparameters.map(({ section, name }): [string, string] => [section, name]);
  const differing = answer.hyperparameters
    .filter(row => row.texts.length > 1 || row.values.includes(-1))
    .map(({ section, name }): [string, string] => [section, name]);
  const value = groupedAs(textsOf(options.by), textsOf(options.over), all);
  const words = value === '' ? 'Experiment' : titleOfGrouping(value, '');
  const label = what === 'line' ? 'One line per' : 'One column per';
  const choose = (next: string) => {
    const { by = [], over = [] } = comparedBy(next) ?? {};
    keep({
      by,
      over,
      band: next === '' ? 'none' : options.band && options.band !== 'none' ? options.band : 'minmax',
    });
  };
  return (
    <div class={what === 'line' ? 'tk-bar tk-compare-groups' : 'tk-compare-columns'}>
      <span class="tk-label">
        <span aria-hidden="true">{label}</span>
        <Popover
          label={`${label}: ${words}`}
          class="tk-choice tk-compare-by"
          text={
            <>
              <Middle text={words} />
              <Icon of={ChevronDown} size={12} />
            </>
          }
        >
          {close => (
            <GroupChoices
              label={label}
              none="Experiment"
              offered={offered(
                { fields: SHARED },
                { hyperparameters: differing, properties: answer.properties.map(({ name }) => name), metrics: [] },
                all,
              )}
              chosen={value}
              onChange={choose}
              onDone={close}
            />
          )}
        </Popover>
      </span>
      {value !== '' && what === 'line' && (
        <>
          <label class="tk-label">
            Line
            <select
              class="tk-choice"
              value={options.line ?? 'mean'}
              onChange={event => keep({ line: event.currentTarget.value as 'mean' | 'median' })}
            >
              <option value="mean">Mean</option>
              <option value="median">Median</option>
            </select>
          </label>
          <label class="tk-label">
            Band
            <select
              class="tk-choice"
              value={options.band ?? 'none'}
              onChange={event => keep({ band: event.currentTarget.value as (typeof BANDS)[number][0] })}
            >
              {BANDS.map(([key, word]) => (
                <option key={key} value={key}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
    </div>
  );
}
