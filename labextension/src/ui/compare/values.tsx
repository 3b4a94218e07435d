// What each metric came to, for each experiment or group of them: the best marked, all in the order of a metric.

import { useSignal } from '@preact/signals';
import { ArrowDown, ArrowUp, Copy } from 'lucide';
import { useMemo } from 'preact/hooks';
import { bestOf, type Direction, directionOf } from '../charts/best';
import { formatValue } from '../charts/format';
import { Switch } from '../charts/tools';
import { copyText } from '../parts/copy';
import { integer, short } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Search } from '../parts/search';
import { Empty, Nothing, Problem, SkeletonRows } from '../parts/states';
import type { Num } from '../protocol';
import { Popover } from '../table/popover';
import { type Head, STATISTICS, type Statistic } from './answers';
import { ColumnHead, columnFor, GroupHead, headHeightFor } from './columnheads';
import { nameOf, useCompany } from './company';
import { Groups } from './groups';
import { Matrix } from './matrix';
import { csvOf, markdownOf } from './rows';
import { type Spread, spreadOf } from './spread';

const REST_MS = 1_000;
/** More experiments stand below one another, their metrics side by side. */
const WIDE = 12;
const WORDS: Record<Statistic, string> = { last: 'Last', min: 'Minimum', max: 'Maximum', mean: 'Mean', first: 'First' };

interface Row {
  name: string;
  metric: string;
  /** Of an experiment its value, of a group the mean. */
  values: (Num | null)[];
  spreads: Spread[] | null;
}

/** An experiment, or a group: its head, and who is in it. */
interface Column {
  head: Head;
  members: readonly string[];
}

/** Places in the order of some values, the best first; what has none stands last. */
export function orderOf(values: readonly (Num | null | undefined)[], direction: Direction): number[] {
  const number = (at: number) => {
    const value = values[at];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return values
    .map((_, at) => at)
    .sort((one, other) => {
      const [first, second] = [number(one), number(other)];
      if (first === null || second === null) {
        return Number(first === null) - Number(second === null) || one - other;
      }
      return (direction === 'min' ? first - second : second - first) || one - other;
    });
}

export function Values() {
  const { source, answer, heads, shown, groups, base, lit, options, keep } = useCompany();
  const statistic = STATISTICS.find(one => one === options.statistic) ?? 'last';
  const search = useSignal('');
  const flipped = useSignal<Record<string, Direction>>({});
  const sorted = useSignal<string | null>(null);
  const turned = useSignal<boolean | null>(null);
  const said = useSignal('');
  const ids = heads.map(head => head.id);
  const live = useLive(
    source,
    ids,
    signal => source.read('metric_values', { objects: ids, statistic }, signal),
    [ids.join(), statistic],
    REST_MS,
  );
  const found = live.value.value;
  const grouped = groups.length > 0;
  const columns = useMemo((): Column[] => {
    const seen = new Set(shown.map(head => head.id));
    return grouped
      ? groups.flatMap(group => {
          const members = group.members.filter(id => seen.has(id));
          return members.length > 0 ? [{ head: group, members }] : [];
        })
      : shown.map(head => ({ head, members: [head.id] }));
  }, [shown, groups]);
  const rows = useMemo((): Row[] => {
    if (!found) {
      return [];
    }
    const place = new Map(found.experiments.map((id, at) => [id, at]));
    const read = (values: (Num | null)[], id: string) => values[place.get(id) ?? -1] ?? null;
    const row = (name: string, metric: string, values: (Num | null)[]): Row => {
      const spreads = grouped ? columns.map(one => spreadOf(one.members.map(id => read(values, id)))) : null;
      const own = spreads?.map(one => one.mean) ?? columns.map(one => read(values, one.head.id));
      return { name, metric, values: own, spreads };
    };
    const all = [
      ...found.singles.map(({ name, values }) => row(name, name, values)),
      ...found.rows.map(({ metric, variant, values }) => row(nameOf(metric, variant), metric, values)),
    ];
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter(one => words.every(word => one.name.toLowerCase().includes(word)));
  }, [found, columns, search.value]);
  const direction = (metric: string) => flipped.value[metric] ?? directionOf(metric);
  const by = rows.find(row => row.name === sorted.value);
  const order = useMemo(
    () => (by ? orderOf(by.values, direction(by.metric) ?? 'max') : columns.map((_, at) => at)),
    [by, columns, flipped.value],
  );
  const best = useMemo(() => rows.map(row => bestOf(row.values, direction(row.metric))), [rows, flipped.value]);
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonRows />
    ) : null;
  }
  if (found.rows.length === 0 && found.singles.length === 0) {
    return <Empty code='track.log({"loss/val": 0.31}, iteration=3)'>The values of what is logged appear here.</Empty>;
  }
  const apart = heads.length > 1 && answer.metrics.every(([, , count]) => count < heads.length);
  const names = columns.map(one => one.head);
  const width = columnFor(names, grouped ? 156 : 132, grouped);
  const upright = turned.value ?? columns.length > WIDE;
  const flip = (metric: string) => {
    flipped.value = { ...flipped.value, [metric]: direction(metric) === 'max' ? 'min' : 'max' };
  };
  const sort = (name: string) => {
    sorted.value = sorted.value === name ? null : name;
  };
  const text = (value: Num | null | undefined) => (typeof value === 'number' ? formatValue(value) : short(value));
  const shownAt = (row: number, at: number) => rows[row]?.values[order[at] as number];
  const value = (row: number, at: number) => {
    const one = shownAt(row, at);
    const spread = rows[row]?.spreads?.[order[at] as number];
    const members = columnAt(at).members.length;
    return (
      <span title={one === null || one === undefined ? 'Not logged' : spread ? wordsOfSpread(spread) : String(one)}>
        {best[row]?.has(order[at] as number) && <span class="tk-best-mark" role="img" aria-label="Best" />}
        {text(one)}
        {typeof spread?.std === 'number' && <span class="tk-faint"> ± {short(twoDigits(spread.std))}</span>}
        {spread && spread.count > 0 && spread.count < members && (
          <span class="tk-faint"> n = {integer(spread.count)}</span>
        )}
      </span>
    );
  };
  const metricHead = (row: number) => {
    const one = rows[row] as Row;
    return (
      <MetricHead
        name={one.name}
        direction={direction(one.metric)}
        sorted={one.name === sorted.value}
        onFlip={() => flip(one.metric)}
        onSort={() => sort(one.name)}
      />
    );
  };
  const columnAt = (at: number) => columns[order[at] as number] as Column;
  const headOf = (at: number) => {
    const { head, members } = columnAt(at);
    return grouped ? (
      <GroupHead head={head} count={members.length} base={base !== null && members.includes(base)} wraps={!upright} />
    ) : (
      <ColumnHead head={head} base={base} />
    );
  };
  const copy = async (how: 'CSV' | 'Markdown') => {
    const chosen = order.map(at => columns[at] as Column);
    const apart = how === 'CSV' && grouped; // a file has each number in a column of its own
    const told = (row: Row, at: number) => {
      const { mean, std, count } = row.spreads?.[at] ?? { mean: row.values[at], std: null, count: 0 };
      return apart
        ? [String(mean ?? ''), String(std ?? ''), String(count)]
        : [`${mean ?? ''}${typeof std === 'number' ? ` ± ${twoDigits(std)}` : ''}`];
    };
    const table = [
      [
        '',
        ...chosen.flatMap(({ head: { name } }) =>
          apart ? [`${name} (mean)`, `${name} (std)`, `${name} (n)`] : [name],
        ),
      ],
      ...rows.map(row => [row.name, ...order.flatMap(at => told(row, at))]),
    ];
    await copyText((how === 'CSV' ? csvOf : markdownOf)(table));
    said.value = `${integer(rows.length)} rows copied as ${how}`;
  };
  const point = (at: number | null) => {
    lit.value = at === null ? null : columnAt(at).head.id;
  };
  const numeric = (row: number, at: number) => `tk-number ${best[row]?.has(order[at] as number) ? 'tk-best' : ''}`;
  return (
    <div class="tk-compare-section">
      <div class="tk-bar tk-compare-tools">
        <Search text={search} label="Search metrics" placeholder="Search metrics" />
        <label class="tk-label">
          Value
          <select
            class="tk-choice"
            value={statistic}
            onChange={event => keep({ statistic: event.currentTarget.value as Statistic })}
          >
            {STATISTICS.map(one => (
              <option key={one} value={one}>
                {WORDS[one]}
              </option>
            ))}
          </select>
        </label>
        <Switch
          label={grouped ? 'Groups as rows' : 'Experiments as rows'}
          on={upright}
          onChange={on => {
            turned.value = on;
          }}
        />
        <Groups what="column" />
        <span class="tk-space" />
        {grouped && <span class="tk-faint">Mean ± sample standard deviation</span>}
        <span class="tk-faint" role="status">
          {said.value || (apart ? `No metric is common to all ${integer(heads.length)} experiments.` : '')}
        </span>
        <Popover label="Copy" icon={Copy}>
          {done => (
            <div class="tk-pick-list">
              {(['CSV', 'Markdown'] as const).map(how => (
                <button
                  key={how}
                  type="button"
                  class="tk-button tk-pick-item"
                  onClick={() => {
                    done();
                    void copy(how);
                  }}
                >
                  Copy as {how}
                </button>
              ))}
            </div>
          )}
        </Popover>
      </div>
      {live.error.value && <Problem error={live.error.value} onRetry={() => live.wake()} />}
      {rows.length === 0 ? (
        <Nothing>No metric has that name.</Nothing>
      ) : upright ? (
        <Matrix
          label="Metric values"
          rows={order.length}
          columns={rows.length}
          headWidth={columnFor(names, 132, grouped)[1] + (grouped ? 56 : 88)}
          columnWidth={[148, 148]}
          corner={<span class="tk-faint">{WORDS[statistic]} value</span>}
          rowHead={headOf}
          columnHead={metricHead}
          columnKey={row => rows[row]?.name ?? String(row)}
          cell={(at, row) => value(row, at)}
          cellClass={(at, row) => numeric(row, at)}
        />
      ) : (
        <Matrix
          label="Metric values"
          rows={rows.length}
          columns={order.length}
          headWidth={220}
          columnWidth={width}
          headHeight={headHeightFor(width, grouped)}
          corner={<span class="tk-faint">{WORDS[statistic]} value</span>}
          rowHead={metricHead}
          columnHead={headOf}
          columnKey={at => columnAt(at)?.head.id ?? String(at)}
          cell={value}
          cellClass={numeric}
          lit={order.findIndex(at => columns[at]?.head.id === lit.value)}
          onLit={point}
        />
      )}
    </div>
  );
}

/** A spread is told by two digits. */
function twoDigits(std: number): number {
  return Number(std.toPrecision(2));
}

function wordsOfSpread({ mean, std, count }: Spread): string {
  return `Mean ${mean}${std === null ? '' : ` ± ${std} (sample standard deviation)`}, n = ${integer(count)}`;
}

interface MetricHeadProps {
  name: string;
  direction: Direction | null;
  sorted: boolean;
  onFlip: () => void;
  onSort: () => void;
}

function MetricHead({ name, direction, sorted, onFlip, onSort }: MetricHeadProps) {
  const better =
    direction === 'min' ? 'Lower is better' : direction === 'max' ? 'Higher is better' : 'Say what is better';
  return (
    <span class="tk-compare-name">
      <button
        type="button"
        class={sorted ? 'tk-metric-name tk-sorted' : 'tk-metric-name'}
        aria-pressed={sorted}
        title={sorted ? `In the order of ${name}: click for the order of the chips` : `Sort the experiments by ${name}`}
        onClick={onSort}
      >
        <Middle text={name} />
      </button>
      <Button
        label={`${better}: ${name}`}
        icon={direction === 'min' ? ArrowDown : ArrowUp}
        class={direction ? 'tk-compare-better' : 'tk-compare-better tk-unknown'}
        onClick={onFlip}
      />
    </span>
  );
}
