// A claim: what is said, whether the data still says so, and the experiments behind it; looked at again all the time.

import { Check, CircleHelp, type IconNode, TriangleAlert, X } from 'lucide';
import { exact, integer, short } from '../parts/format';
import { Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { Empty, Problem, SkeletonRows } from '../parts/states';
import type { Claim, ClaimGroup, View } from '../protocol';
import type { Source } from '../source';
import '../styles/claim.css';

/** Any experiment may be one of those that the queries find. */
const REST_MS = 3_000;

const VERDICTS: Record<Claim['verdict'], [word: string, icon: IconNode]> = {
  holds: ['It holds', Check],
  contradicted: ['Contradicted', X],
  open: ['Open', CircleHelp],
  unknown: ['Not known', CircleHelp],
};

interface ClaimOptions {
  text?: string;
  metric?: string;
  a?: string;
  b?: string;
  value?: string;
  better?: string;
  level?: number;
  then?: { verdict?: string; time?: string };
}

export function ClaimView({ source, view }: { source: Source; view: View }) {
  const { text, then, metric, a, b, value, better, level } = view.options as ClaimOptions;
  const asked = {
    metric: metric ?? '',
    a: a ?? '',
    b: b ?? '',
    ...(value ? { value } : {}),
    ...(better ? { better } : {}),
    ...(level ? { level } : {}),
  };
  const live = useLive(
    source,
    [source.storeId],
    signal => source.read('claim', asked, signal),
    [JSON.stringify(asked)],
    REST_MS,
  );
  const found = live.value.value;
  if (!metric || !a || !b) {
    return <Empty code={'report.claim("lr 0.1 beats 0.01", "accuracy/val", a=…, b=…)'}>This claim says nothing.</Empty>;
  }
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.restart()} />
    ) : live.late.value ? (
      <SkeletonRows rows={3} />
    ) : null;
  }
  const [word, icon] = VERDICTS[found.verdict];
  const broken = then?.verdict === 'holds' && found.verdict !== 'holds';
  return (
    <section class="tk-claim" aria-label={`Claim: ${text || view.title}`} data-verdict={found.verdict}>
      <p class="tk-claim-text">
        <bdi>{text || view.title}</bdi>
        <span class="tk-claim-verdict" role="status">
          <Icon of={broken ? TriangleAlert : icon} size={14} />
          {word}
        </span>
      </p>
      {broken && (
        <p class="tk-claim-broken" role="alert">
          This held on {then?.time ? exact(Date.parse(then.time)) : 'the day it was made'}; it no longer does.
        </p>
      )}
      <p class="tk-claim-sentence">{found.finding ?? found.sentence}</p>
      <Groups found={found} />
      {found.difference !== null && <Difference found={found} />}
      <p class="tk-faint">
        Compared: the {found.value} of {found.metric} of each experiment; {found.better} is better
      </p>
    </section>
  );
}

/** A place between two ends, in percent of the width: dots stay round, however wide it is. */
function along(low: number, high: number): (value: number) => number {
  return value => 3 + ((value - low) / (high - low || 1)) * 94;
}

/** So many dots do not cover one another where they are spread. */
const MANY = 400;

/** Of very many that cover one another, four to each percent. */
function dots(places: number[]): number[] {
  return places.length > MANY ? [...new Set(places.map(place => Math.round(4 * place) / 4))] : places;
}

function Groups({ found }: { found: Claim }) {
  const values = [...found.a.values, ...found.b.values];
  if (values.length === 0) {
    return null;
  }
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const place = along(low, low + span);
  const row = (name: 'a' | 'b', group: ClaimGroup) => (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <code class="tk-cut" title={group.query}>
          {group.query}
        </code>
      </td>
      <td class="tk-number" data-of={group.total === 1 ? 'experiment' : 'experiments'}>
        {integer(group.values.length)}
        {group.total > group.values.length && <span class="tk-faint"> of {integer(group.total)}</span>}
      </td>
      <td class="tk-number" title={group.mean === null ? '' : String(group.mean)}>
        {group.mean === null ? '–' : short(group.mean)}
      </td>
      <td class="tk-claim-dots">
        <svg aria-hidden="true" data-group={name}>
          {dots(group.values.map(place)).map((at, index) => (
            <circle key={index} cx={`${at}%`} cy={10} r={4} />
          ))}
          {group.mean !== null && <line x1={`${place(group.mean)}%`} x2={`${place(group.mean)}%`} y1={1} y2={19} />}
        </svg>
      </td>
    </tr>
  );
  return (
    <table class="tk-table tk-claim-groups" aria-label="Groups">
      <thead>
        <tr>
          <th />
          <th>Query</th>
          <th class="tk-number">Experiments</th>
          <th class="tk-number">Mean</th>
          <th>
            Values {short(low)} to {short(low + span)}
          </th>
        </tr>
      </thead>
      <tbody>
        {row('a', found.a)}
        {row('b', found.b)}
      </tbody>
    </table>
  );
}

function Difference({ found }: { found: Claim }) {
  const [low, high] = [found.low as number, found.high as number];
  const place = along(Math.min(low, 0), Math.max(high, 0));
  const zero = place(0);
  return (
    <div class="tk-claim-difference">
      <span>
        Difference a − b <strong class="tk-number">{signed(found.difference as number)}</strong>
      </span>
      <svg aria-hidden="true">
        <line class="tk-claim-zero" x1={`${zero}%`} x2={`${zero}%`} y1={0} y2={20} />
        <text x={`${zero}%`} y={8} dx={zero > 50 ? -3 : 3} text-anchor={zero > 50 ? 'end' : 'start'}>
          0
        </text>
        <line x1={`${place(low)}%`} x2={`${place(high)}%`} y1={10} y2={10} />
        <circle cx={`${place(found.difference as number)}%`} cy={10} r={4} />
      </svg>
      <span class="tk-faint tk-number">
        {signed(low)} to {signed(high)}
      </span>
    </div>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}
