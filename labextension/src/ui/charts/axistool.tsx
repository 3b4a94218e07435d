// The tools of the axes: what the horizontal one counts, logarithms, ranges, outliers, one zoom for all.

import { useSignal } from '@preact/signals';
import { lazy } from '../parts/lazy';
import type { Axis } from '../protocol';
import type { Settings } from './settings';
import { Choice } from './tools';

const AxesFields = lazy(
  async () => (await import('./axesfields')).AxesFields,
  () => null,
);

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
  const { logX, logY, ignoreOutliers, linked, bounds } = settings;
  const set = logX || logY || ignoreOutliers || linked || [...bounds.x, ...bounds.y].some(end => end !== null);
  const open = useSignal(set);
  return (
    <details
      class="tk-setting tk-axes"
      open={open.value}
      onToggle={event => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary class="tk-setting-label">Axes and zoom</summary>
      {open.value && <AxesFields settings={settings} onChange={onChange} />}
    </details>
  );
}
