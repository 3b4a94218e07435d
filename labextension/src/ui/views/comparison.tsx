// Several experiments side by side: their curves in the same charts, how they were set up, how they ended.

import { useSignal } from '@preact/signals';
import { ArrowDown, ArrowUp } from 'lucide';
import { bestOf, type Direction, directionOf, type MetricRow, metricRows, parameterRows } from '../charts/best';
import { Curves } from '../charts/curves';
import { formatValue } from '../charts/format';
import { short } from '../parts/format';
import { Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Nothing, Problem, SkeletonRows } from '../parts/states';
import { Status } from '../parts/status';
import { type Tab, Tabs } from '../parts/tabs';
import type { ExperimentRecord, Num } from '../protocol';
import type { Source } from '../source';
import type { ComparisonViewProps } from './props';

export function ComparisonView({ source, view, onOptions }: ComparisonViewProps) {
  const { objects, options } = view;
  const tabs: Tab[] = [
    { name: 'Scalars', render: () => <Curves {...{ source, objects, options, onOptions }} /> },
    { name: 'Hyperparameters', render: () => <Side source={source} objects={objects} show="parameters" /> },
    { name: 'Metrics', render: () => <Side source={source} objects={objects} show="metrics" /> },
  ];
  const first = tabs.find(tab => tab.name.toLowerCase() === options.tab?.toLowerCase())?.name ?? 'Scalars';
  return (
    <article class="tk-comparison" aria-label={view.title || 'Comparison'}>
      <Tabs label="Comparison" tabs={tabs} first={first} onSelect={name => onOptions?.({ tab: name.toLowerCase() })} />
    </article>
  );
}

const RECORDS_MS = 1_000;

interface SideProps {
  source: Source;
  objects: string[];
  show: 'parameters' | 'metrics';
}

function Side({ source, objects, show }: SideProps) {
  const live = useLive(
    source,
    objects,
    signal => Promise.all(objects.map(id => source.read('experiment', { id }, signal))),
    [objects.join()],
    RECORDS_MS,
  );
  const records = live.value.value;
  if (!records) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonRows />
    ) : null;
  }
  return show === 'parameters' ? <Parameters records={records} /> : <Metrics records={records} />;
}

function Heads({ records }: { records: ExperimentRecord[] }) {
  return (
    <>
      {records.map(record => (
        <th key={record.id} scope="col" class="tk-compare-head">
          <Middle text={record.name} />
          <Status status={record.status} />
        </th>
      ))}
    </>
  );
}

function Parameters({ records }: { records: ExperimentRecord[] }) {
  const all = useSignal(false);
  const rows = parameterRows(records.map(record => record.hyperparameters));
  const alike = rows.filter(row => !row.differs).length;
  const sections = new Set(rows.map(row => row.group)).size > 1;
  const shown = all.value ? rows : rows.filter(row => row.differs);
  if (rows.length === 0) {
    return <Nothing>No hyperparameters were recorded.</Nothing>;
  }
  return (
    <div class="tk-compare">
      {alike > 0 && (
        <label class="tk-compare-switch">
          <input
            type="checkbox"
            checked={all.value}
            onChange={event => {
              all.value = event.currentTarget.checked;
            }}
          />
          Show identical ({alike})
        </label>
      )}
      {shown.length === 0 ? (
        <Nothing>All hyperparameters are identical.</Nothing>
      ) : (
        <div class="tk-compare-scroll">
          <table class="tk-compare-table" aria-label="Hyperparameters">
            <thead>
              <tr>
                <th scope="col">Hyperparameter</th>
                <Heads records={records} />
              </tr>
            </thead>
            <tbody>
              {shown.map(row => (
                <tr key={`${row.group}/${row.name}`} class={row.differs ? '' : 'tk-alike'}>
                  <th scope="row">
                    <Middle text={sections ? `${row.group}/${row.name}` : row.name} />
                  </th>
                  {row.values.map((value, at) => (
                    <td key={records[at]?.id} title={value ?? 'not set'}>
                      {value ?? <span class="tk-faint">–</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Metrics({ records }: { records: ExperimentRecord[] }) {
  const flipped = useSignal<Record<string, Direction>>({});
  const rows = metricRows(records.map(record => record.metrics));
  const singles = [...new Set(records.flatMap(record => Object.keys(record.single_values)))];
  if (rows.length === 0 && singles.length === 0) {
    return <Nothing>No metric was logged.</Nothing>;
  }
  const direction = (metric: string) => flipped.value[metric] ?? directionOf(metric);
  const flip = (metric: string) => {
    flipped.value = { ...flipped.value, [metric]: direction(metric) === 'max' ? 'min' : 'max' };
  };
  return (
    <div class="tk-compare">
      <div class="tk-compare-scroll">
        <table class="tk-compare-table" aria-label="Metrics">
          <thead>
            <tr>
              <th scope="col">Last value</th>
              <Heads records={records} />
            </tr>
          </thead>
          <tbody>
            {singles.map(name => (
              <tr key={name}>
                <RowHead name={name} direction={direction(name)} onFlip={() => flip(name)} />
                <Values
                  values={records.map(record => record.single_values[name] ?? null)}
                  notes={records.map(() => 'Single value')}
                  direction={direction(name)}
                />
              </tr>
            ))}
            {rows.map(row => (
              <Metric
                key={`${row.metric}/${row.variant}`}
                row={row}
                direction={direction(row.metric)}
                onFlip={() => flip(row.metric)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Metric({ row, direction, onFlip }: { row: MetricRow; direction: Direction | null; onFlip: () => void }) {
  const notes = row.summaries.map(one =>
    one
      ? `${one.last} at iteration ${one.last_iteration}; min ${one.min}, max ${one.max}, ${one.count} points`
      : 'Not logged',
  );
  const name = row.metric === row.variant ? row.metric : `${row.metric}/${row.variant}`;
  return (
    <tr>
      <RowHead name={name} direction={direction} onFlip={onFlip} />
      <Values values={row.summaries.map(one => one?.last ?? null)} notes={notes} direction={direction} />
    </tr>
  );
}

interface RowHeadProps {
  name: string;
  direction: Direction | null;
  onFlip: () => void;
}

function RowHead({ name, direction, onFlip }: RowHeadProps) {
  const better =
    direction === 'min' ? 'Lower is better' : direction === 'max' ? 'Higher is better' : 'Say what is better';
  return (
    <th scope="row">
      <span class="tk-compare-name">
        <Middle text={name} />
        <button
          type="button"
          class={direction ? 'tk-compare-better' : 'tk-compare-better tk-unknown'}
          aria-label={`${better}: ${name}`}
          title={direction ? `${better}; click for the opposite` : `${better}: click for higher, again for lower`}
          onClick={onFlip}
        >
          <Icon of={direction === 'min' ? ArrowDown : ArrowUp} size={12} />
        </button>
      </span>
    </th>
  );
}

interface ValuesProps {
  values: (Num | null)[];
  notes: string[];
  direction: Direction | null;
}

function Values({ values, notes, direction }: ValuesProps) {
  const best = bestOf(values, direction);
  return (
    <>
      {values.map((value, at) => (
        <td key={at} class={best.has(at) ? 'tk-number tk-best' : 'tk-number'} title={notes[at]}>
          {best.has(at) && <span class="tk-best-mark" role="img" aria-label="Best" />}
          {typeof value === 'number' ? formatValue(value) : short(value)}
        </td>
      ))}
    </>
  );
}
