// One axis of parallel coordinates: its name moves it, its line is brushed by pointer or by keys.

import { useSignal } from '@preact/signals';
import { X } from 'lucide';
import { useRef } from 'preact/hooks';
import { formatValue } from '../charts/format';
import { Icon } from '../parts/icon';
import { Middle } from '../parts/middle';
import type { ParallelAxis } from './answers';
import { BELOW } from './lines';
import { type Brush, brushOf, placeOf, spanOf } from './places';

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

const STEP = 0.02;
/** A pointer that moved less only clicked. */
const CLICK = 4;
/** Within so many pixels of its end a brush is drawn out. */
const GRIP = 7;

export function Axis(props: AxisProps) {
  const { axis, x, gap, span, log, marks, shaded, brush, lit, value, onBrush } = props;
  const [top, bottom] = span;
  const height = bottom - top;
  const dragged = useSignal<[number, number] | null>(null);
  const track = useRef<HTMLDivElement>(null);
  const now = dragged.value ?? (brush && spanOf(axis, brush, log));
  const placeAt = (event: PointerEvent) => {
    const box = (track.current as HTMLElement).getBoundingClientRect();
    return 1 - (event.clientY - box.top) / box.height;
  };
  const clamp = (place: number) => Math.min(1, Math.max(0, place));
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || height <= 0) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const element = track.current as HTMLElement;
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    const begun = event.clientY;
    const from = placeAt(event);
    const held = now;
    const grip = GRIP / height;
    const end = held && (Math.abs(held[1] - from) <= grip ? 1 : Math.abs(held[0] - from) <= grip ? 0 : null);
    const inside = held && end === null && from > held[0] && from < held[1];
    const move = (moved: PointerEvent) => {
      const to = placeAt(moved);
      if (held && end !== null) {
        const other = held[1 - end] as number;
        dragged.value = [Math.min(other, clamp(to)), Math.max(other, clamp(to))];
      } else if (held && inside) {
        const by = Math.max(-held[0], Math.min(1 - held[1], to - from));
        dragged.value = [held[0] + by, held[1] + by];
      } else {
        dragged.value = [clamp(Math.min(from, to)), clamp(Math.max(from, to))];
      }
    };
    const stop = (ended: PointerEvent) => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
      const found = dragged.peek();
      dragged.value = null;
      if (Math.abs(ended.clientY - begun) < CLICK) {
        onBrush(axis.kind === 'category' && !held ? brushOf(axis, from, from, log) : null);
      } else if (found) {
        onBrush(brushOf(axis, found[0], found[1], log));
      }
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
  };
  const step = axis.kind === 'category' ? 1 / Math.max(1, axis.categories.length - 1) : STEP;
  /** An end of the brush moved by keys. */
  const nudge = (end: 0 | 1, by: number) => {
    const [low, high] = now ?? [0, 1];
    const moved: [number, number] = end === 0 ? [clamp(low + by), high] : [low, clamp(high + by)];
    if (moved[0] <= moved[1]) {
      // Half a step in from where a brush of texts is drawn: at the texts themselves.
      const half = axis.kind === 'category' ? step / 2 : 0;
      onBrush(brushOf(axis, moved[0] + (half && end === 1 ? half : 0), moved[1] - (half && end === 0 ? half : 0), log));
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const on = (event.target as HTMLElement).dataset.end;
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: 5 * step, PageDown: -5 * step }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      nudge(on === '0' ? 0 : on === '1' ? 1 : by < 0 ? 1 : 0, by);
    } else if ((event.key === 'Delete' || event.key === 'Backspace' || event.key === 'Escape') && brush) {
      event.preventDefault();
      event.stopPropagation();
      onBrush(null);
    }
  };
  const words = brushWords(brush);
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
      <div
        ref={track}
        class="tk-axis-track"
        role="slider"
        aria-label={`Brush of ${axis.label}`}
        aria-orientation="vertical"
        aria-valuenow={now ? Math.round(now[0] * 100) : 0}
        aria-valuetext={words || 'all'}
        tabIndex={0}
        title={words || 'Drag to brush; arrow keys move the ends, Delete clears'}
        style={{ top: `${top}px`, height: `${height}px` }}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      >
        <span class="tk-axis-line" />
        {now && (
          <span
            class="tk-axis-brush"
            style={{ bottom: `${now[0] * 100}%`, height: `${Math.max(0.004, now[1] - now[0]) * 100}%` }}
          />
        )}
        {brush &&
          now &&
          ([0, 1] as const).map(end => (
            <span
              key={end}
              class="tk-axis-end"
              role="slider"
              tabIndex={0}
              data-end={end}
              aria-label={`${axis.label} ${end === 0 ? 'from' : 'to'}`}
              aria-orientation="vertical"
              aria-valuenow={Math.round((now[end] as number) * 100)}
              aria-valuetext={endWords(brush, end)}
              style={{ bottom: `${(now[end] as number) * 100}%` }}
            />
          ))}
      </div>
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

function brushWords(brush: Brush | null): string {
  if (!brush) {
    return '';
  }
  return 'texts' in brush ? brush.texts.join(', ') : `${formatValue(brush.low)} to ${formatValue(brush.high)}`;
}

function endWords(brush: Brush, end: 0 | 1): string {
  if ('texts' in brush) {
    return brush.texts.at(end === 0 ? 0 : -1) ?? '';
  }
  return formatValue(end === 0 ? brush.low : brush.high);
}
