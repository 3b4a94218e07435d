// The tools that smooth: a kind, what it takes, and whether the originals stay.

import type { SmoothingKind } from '../protocol';
import { clampSmoothing, clampWindow, type Settings } from './settings';
import { Switch } from './tools';

const KINDS = [
  ['ema', 'Exponential'],
  ['time_weighted', 'Time-weighted'],
  ['running', 'Running mean'],
  ['gaussian', 'Gaussian'],
  ['none', 'None'],
] as const satisfies readonly (readonly [SmoothingKind, string])[];

interface SmoothingProps {
  settings: Settings;
  onChange: (patch: Partial<Settings>) => void;
}

export function SmoothingTool({ settings, onChange }: SmoothingProps) {
  const { kind, smoothing, window, sigma, originals } = settings;
  const weighted = kind === 'ema' || kind === 'time_weighted';
  return (
    <div class="tk-setting">
      <label class="tk-setting-line">
        <span class="tk-setting-label">Smoothing</span>
        <select
          class="tk-choice"
          aria-label="Smoothing kind"
          value={kind}
          onChange={event => {
            const next = event.currentTarget.value as SmoothingKind;
            onChange({ kind: next, window: clampWindow(window, next) });
          }}
        >
          {KINDS.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {weighted && (
        <Amount
          label="Smoothing"
          value={smoothing}
          least={0}
          most={0.999}
          step={0.001}
          clamp={clampSmoothing}
          onChange={value => onChange({ smoothing: value })}
        />
      )}
      {(kind === 'running' || kind === 'gaussian') && (
        <Amount
          label="Window"
          value={window}
          least={3}
          most={kind === 'running' ? 35 : 15}
          step={2}
          clamp={value => clampWindow(value, kind)}
          onChange={value => onChange({ window: value })}
        />
      )}
      {kind === 'gaussian' && (
        <Amount
          label="Sigma"
          value={sigma}
          least={0.5}
          most={3}
          step={0.1}
          clamp={value => (Number.isFinite(value) ? Math.min(3, Math.max(0.5, value)) : 1)}
          onChange={value => onChange({ sigma: value })}
        />
      )}
      {kind !== 'none' && <Switch label="Show originals" on={originals} onChange={on => onChange({ originals: on })} />}
    </div>
  );
}

interface AmountProps {
  label: string;
  value: number;
  least: number;
  most: number;
  step: number;
  clamp: (value: number) => number;
  onChange: (value: number) => void;
}

/** A number by slider or typed; what is out of range becomes the nearest that is not. */
function Amount({ label, value, least, most, step, clamp, onChange }: AmountProps) {
  return (
    <div class="tk-smoothing">
      <input
        type="range"
        class="tk-range"
        aria-label={label}
        title={label}
        min={least}
        max={most}
        step={step}
        value={value}
        onInput={event => onChange(clamp(event.currentTarget.valueAsNumber))}
      />
      <input
        type="number"
        class="tk-input tk-smoothing-number"
        aria-label={label}
        title={label}
        min={least}
        max={most}
        step={step}
        value={value}
        onInput={event => {
          if (event.currentTarget.value !== '') {
            onChange(clamp(event.currentTarget.valueAsNumber));
          }
        }}
        onBlur={event => {
          event.currentTarget.value = String(value);
        }}
      />
    </div>
  );
}
