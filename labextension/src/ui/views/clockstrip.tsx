// What is marked on the clock of an experiment, in one line at its foot: when it was, and what belongs to it.

import type { Signal } from '@preact/signals';
import { Timer, X, ZoomIn } from 'lucide';
import { type Clock, type Mark, type Marked, unmark } from '../clock';
import { duration, integer, moment } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import type { SpanAnswer } from '../protocol';
import '../styles/clock.css';

interface ClockStripProps {
  clock: Clock;
  /** The tab that is to be shown. */
  asked: Signal<{ name: string } | null>;
}

export function ClockStrip({ clock, asked }: ClockStripProps) {
  const point = clock.moment.value !== null;
  const mark = clock.moment.value ?? clock.span.value;
  if (!mark) {
    return null;
  }
  const marked = clock.newest.value;
  return (
    <section class="tk-clock" aria-label={point ? 'Marked moment' : 'Marked span'} aria-busy={!marked}>
      <Icon of={Timer} />
      <span class="tk-clock-when tk-number" role="status">
        {marked ? <When marked={marked} /> : <span class="tk-faint">…</span>}
      </span>
      {marked && <Belongs marked={marked} asked={asked} />}
      <span class="tk-space" />
      {!point && (
        <Button
          label="Zoom charts"
          icon={ZoomIn}
          disabled={!marked}
          onClick={() => {
            clock.zooms.value += 1;
            asked.value = { name: 'Scalars' };
          }}
        >
          <span class="tk-wide-only">Zoom charts</span>
        </Button>
      )}
      <Button label={point ? 'Clear moment' : 'Clear span'} icon={X} shortcut="Esc" onClick={() => unmark(clock)}>
        <span class="tk-wide-only">Clear</span>
      </Button>
    </section>
  );
}

function When({ marked: { mark, found, about } }: { marked: Marked }) {
  const { from, to } = found;
  const iterations = iterationsOf(mark, found.iterations);
  const length = to - from;
  return (
    <>
      <b>{length > 0 ? `${moment(from, length)} – ${moment(to, length)}` : moment(from, 1)}</b>
      {length > 0 && <span class="tk-faint tk-wide-only">{spell(length)}</span>}
      {iterations && <span>{iterations}</span>}
      {about && (
        <span class="tk-faint" title="The kernel is busy: it is exact once its cell has ended">
          about
        </span>
      )}
    </>
  );
}

/** The iterations of the metric that was marked, else of the first that the person logged. */
function iterationsOf(mark: Mark, known: Record<string, [number, number]>): string | null {
  const name = mark.metric || Object.keys(known).find(metric => !metric.startsWith(':'));
  const ends = name !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
  if (!ends) {
    return null;
  }
  const [first, last] = ends;
  return first === last ? `iteration ${integer(first)}` : `iterations ${integer(first)}–${integer(last)}`;
}

function spell(seconds: number): string {
  return seconds < 10 ? `${Number(seconds.toPrecision(2))} s` : duration(1000 * seconds);
}

const PLACES = [
  ['console', 'Console', 'line', 'lines'],
  ['samples', 'Debug samples', 'sample', 'samples'],
  ['plots', 'Plots', 'plot', 'plots'],
  ['cells', 'Execution', 'cell', 'cells'],
] as const;

/** What stands in for nothing: a tab goes there, though it is not in the span, or not at the moment. */
function nearest({ console: [first, stop], samples, plots }: SpanAnswer, part: (typeof PLACES)[number][0]) {
  switch (part) {
    case 'console':
      return first < stop ? 'nearest line' : null;
    case 'samples':
      return samples && `nearest sample: iteration ${integer(samples[1])}`;
    case 'plots':
      return Object.keys(plots).length > 0 ? 'nearest plot' : null;
    default:
      return null;
  }
}

/** How much each tab has of what is marked, else what is nearest; a click goes there. */
function Belongs({ marked: { found }, asked }: { marked: Marked; asked: ClockStripProps['asked'] }) {
  const links = PLACES.map(([part, tab, one, many]) => {
    const count = found.counts[part];
    const text = count > 0 ? `${integer(count)} ${count === 1 ? one : many}` : nearest(found, part);
    return (
      text && (
        <button
          key={part}
          type="button"
          class="tk-link tk-number"
          title={`Show in ${tab}`}
          onClick={() => {
            asked.value = { name: tab };
          }}
        >
          {text}
        </button>
      )
    );
  });
  return (
    <span class="tk-clock-belongs">
      {links.some(Boolean) ? links : <span class="tk-faint">no lines, samples, plots or cells</span>}
    </span>
  );
}
