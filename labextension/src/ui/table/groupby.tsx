// The choice of the fields whose values make groups, or of the hyperparameters that do not count.

import { useSignal } from '@preact/signals';
import { Group as GroupIcon, Plus, X } from 'lucide';
import { Button } from '../parts/icon';
import type { FieldsAnswer } from '../protocol';
import { metricKey, parameterKey, propertyKey } from './columns';
import { type Grouping, readGrouping, spellGrouping, titleOfField, titleOfGrouping } from './grouping';
import type { Kind } from './kinds';
import { type Option, OptionRow } from './options';
import { Popover } from './popover';

interface GroupByProps {
  kind: Kind;
  fields: FieldsAnswer | undefined;
  /** As the read `groups` takes it; empty: no groups. */
  chosen: string;
  onChange: (grouping: string) => void;
}

const MOST = 100;
/** So many fields make groups at once. */
const TOGETHER = 8;
/** The names of hyperparameters that tell repetitions apart. */
const REPEATED = /(^|[^a-z])(seed|random_state|rng|fold|repeat|repetition|replicate|trial)$/i;
/** What hardly two have in common, or what no query can name. */
const APART = new Set(['id', 'name', 'description', 'aliases', 'size']);

export function GroupBy({ kind, fields, chosen, onChange }: GroupByProps) {
  return (
    <Popover
      label="Group by"
      icon={GroupIcon}
      strong={chosen !== ''}
      class="tk-filter"
      text={<span class={chosen ? 'tk-cut' : 'tk-wide-only'}>{chosen ? titleOfGrouping(chosen) : 'Group'}</span>}
    >
      {close => (
        <GroupChoices
          label="Group by"
          none="No groups"
          offered={offered(kind, fields)}
          chosen={chosen}
          onChange={onChange}
          onDone={close}
        />
      )}
    </Popover>
  );
}

type Offered = [title: string, one: Grouping[]][];

/** The groupings by one field, by what the field is: first those that take repetitions together, then what was tried. */
export function offered(
  kind: Pick<Kind, 'fields'>,
  fields: Pick<FieldsAnswer, 'hyperparameters' | 'properties' | 'metrics'> | undefined,
  all = fields?.hyperparameters ?? [],
): Offered {
  const keys = (fields?.hyperparameters ?? []).map(pair => parameterKey(pair, all));
  const by = (key: string): Grouping => ({ but: false, fields: [key] });
  const but = (key: string): Grouping => ({ but: true, fields: [key] });
  const repeated = (key: string) => REPEATED.test(titleOfField(key));
  return [
    ['Repetitions', keys.filter(repeated).map(but)],
    ['Hyperparameter', keys.map(by)],
    ['All but one hyperparameter', keys.filter(key => !repeated(key)).map(but)],
    ['Field', kind.fields.filter(key => !APART.has(key)).map(by)],
    ['Property', (fields?.properties ?? []).map(propertyKey).map(by)],
    ['Metric', (fields?.metrics ?? []).map(pair => by(metricKey(pair)))],
  ];
}

function optionOf({ but, fields }: Grouping): Option {
  const [key = ''] = fields;
  return { value: spellGrouping({ but, fields }), words: `${but ? 'All but ' : ''}${titleOfField(key)}`, title: key };
}

interface GroupChoicesProps {
  label: string;
  /** What there is without groups. */
  none: string;
  offered: Offered;
  chosen: string;
  onChange: (grouping: string) => void;
  onDone: () => void;
}

/** The groupings in a small window: one of them is chosen, others are added to it. */
export function GroupChoices({ label, none, offered, chosen, onChange, onDone }: GroupChoicesProps) {
  const typed = useSignal('');
  const now = readGrouping(chosen);
  const words = typed.value.toLowerCase();
  const fits = (option: Option) => `${option.words} ${option.title}`.toLowerCase().includes(words);
  let left = MOST;
  const groups = offered.map(([title, all]) => {
    const fitting = all.filter(one => fits(optionOf(one)));
    const shown = fitting.slice(0, left);
    left -= shown.length;
    return { title, shown, more: fitting.length - shown.length };
  });
  // A mere name means the field; what takes all others together says "all but".
  const found = groups.flatMap(({ shown }) => shown);
  const first = found.find(({ but }) => !but) ?? found[0];
  const more = groups.reduce((sum, group) => sum + group.more, 0);
  const alone = (grouping: string) => {
    onChange(grouping);
    onDone();
  };
  const also = (one: Grouping) =>
    chosen !== '' &&
    now.but === one.but &&
    now.fields.length < TOGETHER &&
    !one.fields.some(key => now.fields.includes(key));
  return (
    <div class="tk-pick-list">
      {now.fields.length > 1 && (
        <ul class="tk-grouped-by" aria-label={now.but ? 'All but' : 'Grouped by'}>
          {now.fields.map(key => (
            <li key={key} class="tk-chooser-shown">
              <span class="tk-pick-item tk-cut" title={key}>
                {titleOfField(key)}
              </span>
              <Button
                label={`No longer ${now.but ? 'but' : 'by'} ${titleOfField(key)}`}
                icon={X}
                onClick={() =>
                  onChange(spellGrouping({ but: now.but, fields: now.fields.filter(other => other !== key) }))
                }
              />
            </li>
          ))}
        </ul>
      )}
      <input
        class="tk-input"
        aria-label="Find a field"
        placeholder="Find a field"
        value={typed.value}
        onInput={event => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && words && first) {
            alone(spellGrouping(first));
          }
        }}
      />
      <div class="tk-pick-list" role="radiogroup" aria-label={label}>
        <OptionRow option={{ value: '', words: none }} chosen={chosen} onChoose={alone} />
        {groups.map(
          ({ title, shown }) =>
            shown.length > 0 && (
              <fieldset key={title} class="tk-chooser-group" aria-label={title}>
                <legend>{title}</legend>
                {shown.map(one => {
                  const option = optionOf(one);
                  return (
                    <div key={option.value} class="tk-chooser-shown">
                      <OptionRow option={option} chosen={chosen} onChoose={alone} />
                      {also(one) && (
                        <Button
                          label={`${one.but ? 'And not' : 'Also by'} ${titleOfField(one.fields[0] ?? '')}`}
                          icon={Plus}
                          onClick={() => onChange(spellGrouping({ ...now, fields: [...now.fields, ...one.fields] }))}
                        />
                      )}
                    </div>
                  );
                })}
              </fieldset>
            ),
        )}
      </div>
      {more > 0 && <p class="tk-nothing">{more} more: find them by name.</p>}
    </div>
  );
}
