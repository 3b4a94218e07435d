// What each metric came to, for each experiment: the best marked, experiments in the order of a metric.

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
import { STATISTICS, type Statistic } from './answers';
import { nameOf, useCompany } from './company';
import { ColumnHead, columnFor } from './details';
import { Matrix } from './matrix';
import { csvOf, markdownOf } from './rows';

const REST_MS = 1_000;
/** More experiments stand below one another, their metrics side by side. */
const WIDE = 12;
const WORDS: Record<Statistic, string> = { last: 'Last', min: 'Minimum', max: 'Maximum', mean: 'Mean', first: 'First' };

interface Row {
  name: string;
  metric: string;
  values: (Num | null)[];
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
  const { source, answer, heads, shown, base, lit, options, keep } = useCompany();
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
  const rows = useMemo((): Row[] => {
    if (!found) {
      return [];
    }
    const place = new Map(found.experiments.map((id, at) => [id, at]));
    const pick = (values: (Num | null)[]) => shown.map(head => values[place.get(head.id) ?? -1] ?? null);
    const all = [
      ...found.singles.map(({ name, values }) => ({ name, metric: name, values: pick(values) })),
      ...found.rows.map(row => ({
        name: nameOf(row.metric, row.variant),
        metric: row.metric,
        values: pick(row.values),
      })),
    ];
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter(row => words.every(word => row.name.toLowerCase().includes(word)));
  }, [found, shown, search.value]);
  const direction = (metric: string) => flipped.value[metric] ?? directionOf(metric);
  const by = rows.find(row => row.name === sorted.value);
  const order = useMemo(
    () => (by ? orderOf(by.values, direction(by.metric) ?? 'max') : shown.map((_, at) => at)),
    [by, shown, flipped.value],
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
  const upright = turned.value ?? shown.length > WIDE;
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
    return (
      <span title={one === null || one === undefined ? 'Not logged' : String(one)}>
        {best[row]?.has(order[at] as number) && <span class="tk-best-mark" role="img" aria-label="Best" />}
        {text(one)}
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
  const headOf = (at: number) => shown[order[at] as number] as (typeof shown)[number];
  const copy = async (how: 'CSV' | 'Markdown') => {
    const table = [
      ['', ...order.map(at => shown[at]?.name ?? '')],
      ...rows.map(row => [row.name, ...order.map(at => String(row.values[at] ?? ''))]),
    ];
    await copyText((how === 'CSV' ? csvOf : markdownOf)(table));
    said.value = `${integer(rows.length)} rows copied as ${how}`;
  };
  const point = (at: number | null) => {
    lit.value = at === null ? null : (headOf(at)?.id ?? null);
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
          label="Experiments as rows"
          on={upright}
          onChange={on => {
            turned.value = on;
          }}
        />
        <span class="tk-space" />
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
          headWidth={columnFor(heads, 132) + 88}
          columnWidth={148}
          corner={<span class="tk-faint">{WORDS[statistic]} value</span>}
          rowHead={at => <ColumnHead head={headOf(at)} base={base} />}
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
          columnWidth={columnFor(heads, 132)}
          corner={<span class="tk-faint">{WORDS[statistic]} value</span>}
          rowHead={metricHead}
          columnHead={at => <ColumnHead head={headOf(at)} base={base} />}
          columnKey={at => headOf(at)?.id ?? String(at)}
          cell={value}
          cellClass={numeric}
          lit={order.findIndex(at => shown[at]?.id === lit.value)}
          onLit={point}
        />
      )}
    </div>
  );
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
