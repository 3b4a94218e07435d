// The curves of a comparison, laid over one another, or drawn as groups with a band.

import { useMemo } from 'preact/hooks';
import { Curves } from '../charts/curves';
import type { Many } from '../charts/reader';
import { integer } from '../parts/format';
import { Nothing } from '../parts/states';
import type { ViewOptions } from '../protocol';
import { textsOf, useCompany } from './company';

/** More experiments are drawn when they are grouped. */
const MOST = 100;
const BANDS = [
  ['none', 'No band'],
  ['minmax', 'Min to max'],
  ['std', 'Standard deviation'],
  ['stderr', 'Standard error'],
  ['ci95', '95 % confidence'],
] as const;
const FIELDS = ['project', 'status', 'user', 'tags'] as const;

export function Scalars() {
  const { source, heads, shown, answer, options, keep, lit } = useCompany();
  const by = textsOf(options.by);
  const over = textsOf(options.over);
  const grouped = by.length > 0 || over.length > 0;
  const drawn = grouped ? shown : shown.slice(0, MOST);
  const objects = drawn.filter(head => !head.problem).map(head => head.id);
  // The same as long as it says the same: with another, all curves are read anew.
  const known = JSON.stringify([
    answer.metrics.map(([metric, variant]) => [metric, variant]),
    heads.map(head => [head.id, head.color]),
  ]);
  const many = useMemo((): Many => {
    const [names, colors] = JSON.parse(known) as [[string, string][], [string, number][]];
    return { names, colors: new Map(colors) };
  }, [known]);
  const shownOptions = useMemo((): ViewOptions => options, [JSON.stringify({ ...options, scrolled: null })]);
  if (objects.length === 0) {
    return <Nothing>No experiment is left: clear the brushes of the parallel coordinates.</Nothing>;
  }
  return (
    <Curves
      key={grouped ? 'grouped' : 'single'}
      source={source}
      objects={objects}
      options={shownOptions}
      onOptions={keep}
      many={many}
      lit={lit}
    >
      <Groups />
      {drawn.length < shown.length && (
        <p class="tk-compare-note" role="status">
          The first {integer(MOST)} of {integer(shown.length)} experiments are drawn: group them, or brush some of them.
        </p>
      )}
    </Curves>
  );
}

/** Which experiments are drawn as one line, and how. */
function Groups() {
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
    <div class="tk-bar tk-compare-groups">
      <label class="tk-label">
        One line per
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
      {value !== '' && (
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
