// An attempt of a cell beside the one before it: both courses, the final values, what changed.

import { integer, short } from '../parts/format';
import { RelativeTime } from '../parts/time';
import type { Attempt, AttemptsAnswer, Num } from '../protocol';
import { Course, type Scale } from './attemptcourse';

interface ComparedProps {
  item: Attempt;
  before: Attempt | undefined;
  answer: AttemptsAnswer;
  scale: Scale;
  metric: string;
}

export function Compared({ item, before, answer, scale, metric }: ComparedProps) {
  const { number, code, parameters } = item;
  const nothing = !code && parameters.length === 0;
  return (
    <section class="tk-attempt-compared" aria-label={`Attempt ${number} compared`}>
      <p class="tk-attempt-head">
        <b>Attempt {number}</b> {item.created && <RelativeTime time={item.created} />}
      </p>
      <Course items={before ? [before, item] : [item]} scale={scale} large />
      {metric && (
        <p class="tk-number">
          {metric} <b>{short(item.value)}</b>
          {toldBy(item, answer)}
          {before && (
            <span class="tk-faint">
              , before it {short(before.value)}
              {differenceOf(before.value, item.value)}
            </span>
          )}
        </p>
      )}
      {parameters.map(each => (
        <p key={each[0]} class="tk-mono tk-attempt-parameter">
          <Change of={each} first={number === 1} />
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
      {nothing && <p class="tk-faint">{number === 1 ? 'The first one.' : 'Nothing changed in code and parameters.'}</p>}
    </section>
  );
}

/** A parameter, what it was before, and what it is; of the first attempt there is no before. */
export function Change({ of: [name, before, now], first }: { of: readonly (string | null)[]; first: boolean }) {
  return (
    <span class="tk-change" title={first ? `${name}: ${now}` : `${name}: ${before} → ${now}`}>
      {name} {!first && [<s class="tk-faint">{before ?? 'none'}</s>, ' ']}
      {now ?? 'none'}
    </span>
  );
}

export function several({ experiments }: Attempt): string {
  return `${integer(experiments)} experiments`;
}

/** Which of its experiments an attempt of several is told by. */
export function toldBy({ experiments }: Attempt, { better }: AttemptsAnswer): string {
  return experiments > 1 ? `, the ${better ? 'best' : 'last'} of ${integer(experiments)}` : '';
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
