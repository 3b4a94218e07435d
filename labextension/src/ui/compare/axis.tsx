// One axis of parallel coordinates: its name moves it, its line is brushed.

import { useSignal } from '@preact/signals';
import { X } from 'lucide';
import { formatValue } from '../charts/format';
import { Icon } from '../parts/icon';
import { Middle } from '../parts/middle';
import type { ParallelAxis } from './answers';
import { BrushLine } from './brush';
import { BELOW } from './lines';
import { type Brush, placeOf } from './places';

interface AxisProps {
  axis: ParallelAxis;
  at: number;
  x: number;
  /** Between two axes, in CSS pixels. */
  gap: number;
  /** Of all axes. */
  places: readonly number[];
  span: [top: number, bottom: number];
  log: boolean;
  marks: [place: number, label: string][];
  shaded: boolean;
  brush: Brush | null;
  /** The value of the experiment that is pointed at. */
  value: number | null;
  lit: boolean;
  onBrush: (brush: Brush | null) => void;
  onLog: (() => void) | undefined;
  onMove: (to: number) => void;
  onRemove: (() => void) | undefined;
}

export function Axis(props: AxisProps) {
  const { axis, x, gap, span, log, marks, shaded, brush, lit, value, onBrush } = props;
  const [top, bottom] = span;
  const height = bottom - top;
  const at = placeOf(axis, value, log);
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is placed, and holds no fields
    <div
      class={shaded ? 'tk-axis tk-axis-shaded' : 'tk-axis'}
      role="group"
      aria-label={`Axis ${axis.label}`}
      style={{ left: `${x}px`, '--tk-gap': `${gap}px` }}
    >
      <AxisHead {...props} />
      <BrushLine {...{ axis, span, log, brush, onBrush }} />
      {marks.map(([place, label]) => (
        <span key={label} class="tk-axis-mark" style={{ top: `${bottom - place * height}px` }} title={label}>
          {label}
        </span>
      ))}
      {axis.missing > 0 && (
        <span class="tk-axis-mark tk-axis-missing" style={{ top: `${bottom + BELOW}px` }}>
          N/A
        </span>
      )}
      {lit && (
        <span class="tk-axis-value" style={{ top: `${at === null ? bottom + BELOW : bottom - at * height}px` }}>
          {value === null ? 'N/A' : axis.kind === 'category' ? axis.categories[value] : formatValue(value)}
        </span>
      )}
    </div>
  );
}

/** The name of an axis: drag it, or press the arrow keys, to move the axis. */
function AxisHead({ axis, at, x, gap, places, log, onLog, onMove, onRemove }: AxisProps) {
  const shift = useSignal(0);
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) {
      return;
    }
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    const begun = event.clientX;
    const move = (moved: PointerEvent) => {
      shift.value = moved.clientX - begun;
    };
    const stop = () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
      const target = x + shift.peek();
      const nearest = places.reduce(
        (best, place, index) => (Math.abs(place - target) < Math.abs((places[best] as number) - target) ? index : best),
        0,
      );
      shift.value = 0;
      if (nearest !== at) {
        onMove(nearest);
      }
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined && at + by >= 0 && at + by < places.length) {
      event.preventDefault();
      onMove(at + by);
    }
  };
  return (
    <div
      class="tk-axis-head"
      style={{ width: `${Math.max(72, gap - 8)}px`, transform: `translateX(calc(-50% + ${shift.value}px))` }}
    >
      <button
        type="button"
        class="tk-axis-name"
        aria-label={`Move axis ${axis.label}`}
        title={`${axis.label}: drag, or arrow keys, to move`}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      >
        <Middle text={axis.label} />
      </button>
      <span class="tk-axis-tools">
        {onLog && (
          <button
            type="button"
            class="tk-axis-tool"
            aria-pressed={log}
            aria-label={`Logarithmic ${axis.label}`}
            title={log ? 'Logarithmic: click for linear' : 'Linear: click for logarithmic'}
            onClick={onLog}
          >
            log
          </button>
        )}
        {onRemove && (
          <button
            type="button"
            class="tk-axis-tool"
            aria-label={`Remove axis ${axis.label}`}
            title={`Remove axis ${axis.label}`}
            onClick={onRemove}
          >
            <Icon of={X} size={11} />
          </button>
        )}
      </span>
    </div>
  );
}
