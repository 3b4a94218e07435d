// The names of the series of a chart; each switches its line off and on, and alone with Alt.

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useFitting } from '../parts/fitting';
import { Middle } from '../parts/middle';
import { formatCount } from './format';
import type { LineModel } from './model';
import { dashOf, seriesToken } from './paint';
import { CROWD } from './strokes';

/** Of a crowd so many names stand there at first: the others are told by the pointer. */
const FIRST = 8;
/** So many lines of names do, and so wide is what says that there are more, in CSS pixels. */
const [LINES, MORE] = [2, 88];

interface LegendProps {
  series: LineModel['series'];
  hidden: ReadonlySignal<ReadonlySet<string>>;
  onHidden: (hidden: ReadonlySet<string>) => void;
  onHighlight: (id: string | null) => void;
}

export function Swatch({ color, dash }: { color: number; dash: number }) {
  return (
    <svg class="tk-swatch-line" width="14" height="8" aria-hidden="true" style={{ color: seriesToken(color) }}>
      <line
        x1="0"
        x2="14"
        y1="4"
        y2="4"
        stroke="currentColor"
        stroke-width="2"
        stroke-dasharray={dashOf(dash).join(' ')}
      />
    </svg>
  );
}

export function Legend({ series, hidden, onHidden, onHighlight }: LegendProps) {
  const off = hidden.value;
  const whole = useSignal(false);
  const most = series.length > CROWD ? FIRST : series.length;
  const list = useRef<HTMLUListElement>(null);
  const fits = useFitting(list, {
    most,
    names: series.map(one => one.name).join('\n'),
    lines: () => LINES,
    room: MORE,
  });
  const shown = whole.value ? series : series.slice(0, Math.min(most, fits));
  const more = series.length - Math.min(most, fits);
  const toggle = (id: string, alone: boolean) => {
    const others = series.map(one => one.id).filter(one => one !== id);
    if (alone) {
      const isolated = !off.has(id) && others.every(one => off.has(one));
      onHidden(new Set(isolated ? [] : others));
      return;
    }
    const next = new Set(off);
    if (!next.delete(id)) {
      next.add(id);
    }
    onHidden(next);
  };
  return (
    <ul ref={list} class={whole.value ? 'tk-legend tk-legend-whole' : 'tk-legend'} aria-label="Legend">
      {shown.map(({ id, name, color, dash }) => (
        <li key={id}>
          <button
            type="button"
            class="tk-legend-entry"
            aria-pressed={!off.has(id)}
            title={`${name}: click to ${off.has(id) ? 'show' : 'hide'}, Alt-click for this one alone`}
            onClick={event => toggle(id, event.altKey)}
            onPointerEnter={() => onHighlight(id)}
            onPointerLeave={() => onHighlight(null)}
          >
            <Swatch color={color} dash={dash} />
            <Middle text={name} class="tk-legend-name" />
          </button>
        </li>
      ))}
      {more > 0 && (
        <li>
          <button
            type="button"
            class="tk-legend-entry"
            aria-expanded={whole.value}
            onClick={() => {
              whole.value = !whole.value;
            }}
          >
            {whole.value ? 'Show fewer' : `and ${formatCount(more)} more`}
          </button>
        </li>
      )}
    </ul>
  );
}
