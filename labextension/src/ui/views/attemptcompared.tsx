// An attempt of a cell beside the one before it: both courses, the final values, what changed.

import { integer, short } from '../parts/format';
import { Nothing } from '../parts/states';
import { RelativeTime } from '../parts/time';
import type { Attempt, AttemptsAnswer, Num } from '../protocol';
import { Course, type Scale } from './attemptcourse';

interface ComparedProps {
  item: Attempt;
  before: Attempt | undefined;
  answer: AttemptsAnswer;
  scale: Scale;
  metric: string;
  /** Show the experiments that a query finds. */
  onList: (query: string) => void;
}

export function Compared({ item, before, answer, scale, metric, onList }: ComparedProps) {
  const { number, code, parameters, first, experiments, where } = item;
  const nothing = !code && parameters.length === 0 && first.length === 0;
  return (
    <section class="tk-attempt-compared" aria-label={`Attempt ${number} compared`}>
      <p class="tk-attempt-head">
        <b>Attempt {number}</b> {item.created && <RelativeTime time={item.created} />}
      </p>
      {experiments > 1 && (
        <p>
          <button type="button" class="tk-link" onClick={() => onList(where)}>
            Show its {several(item)}
          </button>
        </p>
      )}
      <Course items={before ? [before, item] : [item]} scale={scale} large />
      {metric && (
        <p class="tk-number">
          {metric} <b>{short(item.value)}</b>
          {experiments > 1 && ` in ${answer.better ? 'the best' : 'the last'} of ${integer(experiments)}`}
          {before && (
            <span class="tk-faint">
              , before it {short(before.value)}
              {differenceOf(before.value, item.value)}
            </span>
          )}
        </p>
      )}
      {first.map(([name, value]) => (
        <p key={name} class="tk-mono tk-attempt-parameter">
          {name}: {value}
        </p>
      ))}
      {parameters.map(([name, old, now]) => (
        <p key={name} class="tk-mono tk-attempt-parameter">
          {name}: <s class="tk-faint">{old ?? 'none'}</s> {now ?? 'none'}
        </p>
      ))}
      {code && <p class="tk-faint">{codeChange(code)}</p>}
      {code && code.lines.length > 0 && (
        <pre class="tk-code tk-attempt-lines">
          {code.lines.map((line, at) => (
            <span key={at} data-change={line.startsWith('+') ? 'added' : 'removed'}>
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
      {nothing && <Nothing>{number === 1 ? 'The first one.' : 'Nothing changed in code and parameters.'}</Nothing>}
    </section>
  );
}

export function several({ experiments }: Attempt): string {
  return `${integer(experiments)} experiments`;
}

export function codeChange({ added, removed }: NonNullable<Attempt['code']>): string {
  return added === null || removed === null ? 'code changed' : `code +${integer(added)} −${integer(removed)}`;
}

function differenceOf(before: Num | null, now: Num | null): string {
  if (typeof before !== 'number' || typeof now !== 'number') {
    return '';
  }
  const difference = now - before;
  return difference === 0 ? ' (the same)' : ` (${difference > 0 ? '+' : ''}${short(difference)})`;
}
