// The line of an axis, brushed by pointer, or by keys at the two ends of the brush.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { formatValue } from '../charts/format';
import type { ParallelAxis } from './answers';
import { type Brush, brushOf, spanOf } from './places';

interface BrushLineProps {
  axis: ParallelAxis;
  span: [top: number, bottom: number];
  log: boolean;
  brush: Brush | null;
  onBrush: (brush: Brush | null) => void;
}

const STEP = 0.02;
/** A pointer that moved less only clicked. */
const CLICK = 4;
/** Within so many pixels of its end a brush is drawn out. */
const GRIP = 7;

export function BrushLine({ axis, span, log, brush, onBrush }: BrushLineProps) {
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
    const begun = event.clientY;
    const from = placeAt(event);
    const held = now;
    const grip = GRIP / height;
    const end = held && (Math.abs(held[1] - from) <= grip ? 1 : Math.abs(held[0] - from) <= grip ? 0 : null);
    const inside = held && end === null && from > held[0] && from < held[1];
    // The keys go on from where the pointer was.
    element.querySelectorAll<HTMLElement>('.tk-axis-end')[end ?? 1]?.focus({ preventScroll: true });
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
  const onKeyDown = (event: KeyboardEvent, end: 0 | 1) => {
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: 5 * step, PageDown: -5 * step }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      nudge(end, by);
    } else if ((event.key === 'Delete' || event.key === 'Backspace' || event.key === 'Escape') && brush) {
      event.preventDefault();
      event.stopPropagation();
      onBrush(null);
    }
  };
  const words = brushWords(brush);
  const [low, high] = now ?? [0, 1];
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is placed, and holds no fields
    <div
      ref={track}
      class="tk-axis-track"
      role="group"
      aria-label={`Brush of ${axis.label}`}
      title={words || 'Drag to brush; arrow keys move the ends, Delete clears'}
      style={{ top: `${top}px`, height: `${height}px` }}
      onPointerDown={onPointerDown}
    >
      <span class="tk-axis-line" />
      {now && (
        <span
          class="tk-axis-brush"
          style={{ bottom: `${low * 100}%`, height: `${Math.max(0.004, high - low) * 100}%` }}
        />
      )}
      {([0, 1] as const).map(end => (
        <span
          key={end}
          class="tk-axis-end"
          role="slider"
          tabIndex={0}
          aria-label={`${axis.label} ${end === 0 ? 'from' : 'to'}`}
          aria-orientation="vertical"
          aria-valuenow={Math.round((end === 0 ? low : high) * 100)}
          aria-valuetext={endWords(axis, brush, end)}
          style={{ bottom: `${(end === 0 ? low : high) * 100}%` }}
          onKeyDown={event => onKeyDown(event, end)}
        />
      ))}
    </div>
  );
}

function brushWords(brush: Brush | null): string {
  if (!brush) {
    return '';
  }
  return 'texts' in brush ? brush.texts.join(', ') : `${formatValue(brush.low)} to ${formatValue(brush.high)}`;
}

/** Where an end of the brush stands; without a brush, the end of the axis. */
function endWords(axis: ParallelAxis, brush: Brush | null, end: 0 | 1): string {
  const place = end === 0 ? 0 : -1;
  if (brush) {
    return 'texts' in brush ? (brush.texts.at(place) ?? '') : formatValue(end === 0 ? brush.low : brush.high);
  }
  const last = end === 0 ? axis.low : axis.high;
  return axis.kind === 'category' ? (axis.categories.at(place) ?? '') : last === null ? '' : formatValue(last);
}
