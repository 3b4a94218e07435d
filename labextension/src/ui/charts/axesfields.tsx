// What is set about the axes of all charts: logarithms, ranges, outliers, one zoom for all.

import type { Bounds } from './chart';
import type { Settings } from './settings';
import { Switch } from './tools';
import '../styles/axesfields.css';

interface FieldsProps {
  settings: Settings;
  onChange: (patch: Partial<Settings>) => void;
}

export function AxesFields({ settings, onChange }: FieldsProps) {
  const { logX, logY, ignoreOutliers, linked, bounds, xaxis, xMetric } = settings;
  const dates = xaxis === 'wall' && !xMetric;
  return (
    <>
      <Switch label="Ignore outliers" on={ignoreOutliers} onChange={on => onChange({ ignoreOutliers: on })} />
      <Switch label="Logarithmic x" on={logX && !dates} disabled={dates} onChange={on => onChange({ logX: on })} />
      <Switch label="Logarithmic y" on={logY} onChange={on => onChange({ logY: on })} />
      <Switch label="Link zoom" on={linked} onChange={on => onChange({ linked: on })} />
      <Ends label="x" dates={dates} value={bounds.x} onChange={x => onChange({ bounds: { ...bounds, x } })} />
      <Ends label="y" dates={false} value={bounds.y} onChange={y => onChange({ bounds: { ...bounds, y } })} />
    </>
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
