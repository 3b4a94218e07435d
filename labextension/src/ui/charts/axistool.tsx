// The tools of the axes: what the horizontal one counts, logarithms, ranges, outliers, one zoom for all.

import { useSignal } from '@preact/signals';
import type { Axis } from '../protocol';
import type { Bounds } from './chart';
import type { Settings } from './settings';
import { Choice, Switch } from './tools';

const AXES = [
  ['iterations', 'Iterations'],
  ['relative', 'Relative'],
  ['wall', 'Wall'],
] as const satisfies readonly (readonly [Axis, string])[];

interface AxisProps {
  settings: Settings;
  /** What may be the horizontal axis: key and name. */
  keys: readonly (readonly [key: string, name: string])[];
  onChange: (patch: Partial<Settings>) => void;
}

export function axisLabel({ xaxis, xMetric }: Settings, keys: AxisProps['keys']): string {
  return xMetric
    ? (keys.find(([key]) => key === xMetric)?.[1] ?? xMetric)
    : (AXES.find(([key]) => key === xaxis)?.[1] ?? '');
}

export function HorizontalAxis({ settings, keys, onChange }: AxisProps) {
  const { xaxis, xMetric } = settings;
  const known = !xMetric || keys.some(([key]) => key === xMetric);
  return (
    <div class="tk-setting">
      <Choice
        label="Horizontal axis"
        value={xMetric ? null : xaxis}
        choices={AXES}
        onChange={value => onChange({ xaxis: value, xMetric: '' })}
      />
      <select
        class="tk-choice tk-axis-metric"
        aria-label="Metric as horizontal axis"
        value={xMetric}
        onChange={event => onChange({ xMetric: event.currentTarget.value })}
      >
        <option value="">or a metric …</option>
        {!known && <option value={xMetric}>{xMetric}</option>}
        {keys.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

export function AxesTool({ settings, onChange }: Omit<AxisProps, 'keys'>) {
  const { logX, logY, ignoreOutliers, linked, bounds, xaxis, xMetric } = settings;
  const set = logX || logY || ignoreOutliers || linked || [...bounds.x, ...bounds.y].some(end => end !== null);
  const open = useSignal(set);
  const dates = xaxis === 'wall' && !xMetric;
  return (
    <details
      class="tk-setting tk-axes"
      open={open.value}
      onToggle={event => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary class="tk-setting-label">Axes and zoom</summary>
      <Switch label="Ignore outliers" on={ignoreOutliers} onChange={on => onChange({ ignoreOutliers: on })} />
      <Switch label="Logarithmic x" on={logX && !dates} disabled={dates} onChange={on => onChange({ logX: on })} />
      <Switch label="Logarithmic y" on={logY} onChange={on => onChange({ logY: on })} />
      <Switch label="Link zoom" on={linked} onChange={on => onChange({ linked: on })} />
      <Ends label="x" dates={dates} value={bounds.x} onChange={x => onChange({ bounds: { ...bounds, x } })} />
      <Ends label="y" dates={false} value={bounds.y} onChange={y => onChange({ bounds: { ...bounds, y } })} />
    </details>
  );
}

interface EndsProps {
  label: string;
  dates: boolean;
  value: Bounds;
  onChange: (value: Bounds) => void;
}

/** Both ends of an axis, typed; empty follows the data. */
function Ends({ label, dates, value: [from, to], onChange }: EndsProps) {
  const wrong = from !== null && to !== null && from >= to;
  const field = (name: string, now: number | null, put: (next: number | null) => void) => (
    <input
      type={dates ? 'datetime-local' : 'number'}
      step={dates ? 1 : 'any'}
      class="tk-input"
      aria-label={`${label} ${name}`}
      aria-invalid={wrong}
      placeholder={name === 'from' ? 'least' : 'most'}
      value={now === null ? '' : dates ? localTime(now) : now}
      onChange={event => {
        const typed = event.currentTarget.value;
        const next = dates ? Date.parse(typed) / 1000 : Number(typed);
        put(typed === '' || !Number.isFinite(next) ? null : next);
      }}
    />
  );
  return (
    <>
      <div class={dates ? 'tk-ends tk-dates' : 'tk-ends'}>
        <span>{label}</span>
        {field('from', from, next => onChange([next, to]))}
        <span>to</span>
        {field('to', to, next => onChange([from, next]))}
      </div>
      {wrong && (
        <p class="tk-setting-problem" role="alert">
          {label}: the second number must be the larger one.
        </p>
      )}
    </>
  );
}

/** Unix seconds as a field for local times takes them. */
function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
