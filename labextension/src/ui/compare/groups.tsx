// The choice of which experiments of a comparison are taken together.

import { textsOf, useCompany } from './company';

const BANDS = [
  ['none', 'No band'],
  ['minmax', 'Min to max'],
  ['std', 'Standard deviation'],
  ['stderr', 'Standard error'],
  ['ci95', '95 % confidence'],
] as const;
const FIELDS = ['project', 'status', 'user', 'tags'] as const;

/** Which experiments are one line, and how it is drawn; or one column. */
export function Groups({ what }: { what: 'line' | 'column' }) {
  const { answer, options, keep } = useCompany();
  const by = textsOf(options.by);
  const over = textsOf(options.over);
  const sections = new Set(answer.hyperparameters.map(row => row.section));
  const parameters = answer.hyperparameters
    .filter(row => row.texts.length > 1 || row.values.includes(-1))
    .map(row => [`${row.section}/${row.name}`, sections.size > 1 ? `${row.section}/${row.name}` : row.name] as const);
  const named = (name: string) =>
    parameters.find(([full, label]) => full === name || label === name || full.endsWith(`/${name}`))?.[0] ?? name;
  const value =
    by.length > 0 ? `by ${by.map(named).join('\n')}` : over.length > 0 ? `over ${over.map(named).join('\n')}` : '';
  const known = new Set([
    '',
    ...parameters.flatMap(([full]) => [`by ${full}`, `over ${full}`]),
    ...FIELDS.map(name => `by ${name}`),
    ...answer.properties.map(one => `by properties/${one.name}`),
  ]);
  const choose = (next: string) => {
    const [how = '', ...names] = next.split(/ (.*)/s);
    const chosen = names[0] ? names[0].split('\n') : [];
    keep({
      by: how === 'by' ? chosen : [],
      over: how === 'over' ? chosen : [],
      band: next === '' ? 'none' : options.band && options.band !== 'none' ? options.band : 'minmax',
    });
  };
  return (
    <div class={what === 'line' ? 'tk-bar tk-compare-groups' : 'tk-compare-columns'}>
      <label class="tk-label">
        {what === 'line' ? 'One line per' : 'One column per'}
        <select class="tk-choice" value={value} onChange={event => choose(event.currentTarget.value)}>
          <option value="">Experiment</option>
          {!known.has(value) && (
            <option value={value}>{`${by.length > 0 ? '' : 'All but '}${[...by, ...over].join(', ')}`}</option>
          )}
          {parameters.length > 0 && (
            <optgroup label="Hyperparameter">
              {parameters.map(([full, label]) => (
                <option key={full} value={`by ${full}`}>
                  {label}
                </option>
              ))}
            </optgroup>
          )}
          {parameters.length > 0 && (
            <optgroup label="All but one hyperparameter">
              {parameters.map(([full, label]) => (
                <option key={full} value={`over ${full}`}>
                  All but {label}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label="Field">
            {FIELDS.map(name => (
              <option key={name} value={`by ${name}`}>
                {name}
              </option>
            ))}
            {answer.properties.map(({ name }) => (
              <option key={name} value={`by properties/${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
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
