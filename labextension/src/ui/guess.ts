// What belongs to a span, guessed between the moments of a timeline: for as long as a busy kernel answers no question.

import type { Mark } from './clock';
import type { SpanAnswer, Timeline } from './protocol';

/** Null where nothing was logged, or nothing of the metric that is meant. */
export function guessOf(timeline: Timeline, { xaxis, metric, from, to }: Mark): SpanAnswer | null {
  const { times, started, groups, console: lines, samples, plots, cells } = timeline;
  const meant = groups.find(group => (metric ? group.metrics.includes(metric) : true));
  if (times.length === 0 || !meant) {
    return null;
  }
  const when = (value: number) =>
    xaxis === 'iterations' ? between(meant.iterations, times, value) : xaxis === 'relative' ? value + started : value;
  const [begin, end] = [when(from), when(to)];
  const reached = (values: readonly (number | null)[], time: number) => Math.round(between(times, values, time));
  const until = (values: readonly number[], time: number) => Math.max(0, reached(values, time));
  const first = until(lines, begin);
  const stop = until(lines, end);
  const sampled = samples.iterations.filter(value => value !== null);
  const latest = (time: number) => samples.iterations[lastUntil(times, time)] ?? sampled[0] ?? 0;
  const cell = lastUntil(cells, end) + 1;
  const begun = Math.max(0, lastUntil(cells.slice(0, cell), begin));
  const drawn = Object.entries(plots).map(([name, counts]) => [name, counts[lastUntil(times, end)] ?? 0] as const);
  return {
    from: begin,
    to: end,
    relative: [begin - started, end - started],
    iterations: Object.fromEntries(
      groups.flatMap(({ metrics, iterations }) =>
        metrics.map(name => [name, [reached(iterations, begin), reached(iterations, end)]]),
      ),
    ),
    console: [first < stop ? first : Math.max(0, stop - 1), stop],
    cells: [begun, cell],
    samples: sampled.length > 0 ? [latest(begin), latest(end)] : null,
    plots: Object.fromEntries(drawn.filter(([, count]) => count > 0).map(([name, count]) => [name, count - 1])),
    counts: {
      console: stop - first,
      samples: until(samples.counts, end) - until(samples.counts, begin),
      plots: drawn.reduce((sum, [name, count]) => sum + count - (plots[name]?.[lastUntil(times, begin)] ?? 0), 0),
      cells: cell - begun,
    },
  };
}

/** The place of the last of ascending numbers that is not greater; -1 where there is none. */
function lastUntil(ascending: readonly number[], value: number): number {
  return ascending.findLastIndex(one => one <= value);
}

/** The value of `ys` where `xs`, which ascend, are `x`; that of an end beyond it. */
function between(xs: readonly (number | null)[], ys: readonly (number | null)[], x: number): number {
  const known = xs
    .map((at, place) => [at, ys[place] ?? null] as const)
    .filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null);
  const place = known.findLastIndex(([at]) => at <= x);
  const [low, high] = [known[Math.max(0, place)], known[Math.min(known.length - 1, place + 1)]];
  if (!low || !high) {
    return 0;
  }
  const share = high[0] > low[0] ? Math.min(1, Math.max(0, (x - low[0]) / (high[0] - low[0]))) : 0;
  return low[1] + share * (high[1] - low[1]);
}
