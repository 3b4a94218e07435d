// One clock for the tabs of an experiment: the span that was brushed on a chart, the moment that was pointed at.

import type { ReadonlySignal, Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Axis, Chart, SpanAnswer } from './protocol';

/** What a person marked, on the axis on which it was marked. The same number twice is a moment. */
export interface Mark {
  xaxis: Axis;
  /** Whose iterations are meant. */
  metric?: string;
  from: number;
  to: number;
  /** The tab where it was marked, which stays as it is. */
  tab?: 'console' | 'samples';
}

/** A mark and what belongs to it. */
export interface Marked {
  mark: Mark;
  found: SpanAnswer;
  /** Guessed from what the kernel tells while it is busy. */
  about?: true;
}

/** A knob that was turned: where that lies on each axis, and what it was. */
export interface TurnMark {
  iterations: number;
  relative: number;
  wall: number;
  /** The knob, from what, to what. */
  text: string;
  user: string | null;
}

export interface Clock {
  /** Null where nothing is marked. */
  span: Signal<Mark | null>;
  moment: Signal<Mark | null>;
  /** The same with what belongs to them, once that is known. */
  inSpan: ReadonlySignal<Marked | null>;
  atMoment: ReadonlySignal<Marked | null>;
  /** What was marked last: where the tabs go. */
  newest: ReadonlySignal<Marked | null>;
  /** How often the charts were told to zoom to the span. */
  zooms: Signal<number>;
  /** The knobs that were turned while it ran. */
  turns: Signal<readonly TurnMark[]>;
  /** A hand is on its way to mark something: what is logged with a time is read now, not when it has brushed. */
  prepare: () => void;
  /** Curves are drawn: where a server answers, it reads that as soon as nothing else is to be done. */
  drawn: () => void;
}

const ClockContext = createContext<Clock | null>(null);

export const ClockProvider = ClockContext.Provider;

/** The clock of the experiment around; null where there is none, as in a comparison. */
export function useClock(): Clock | null {
  return useContext(ClockContext);
}

/** Marks a span; a moment that was marked before goes. */
export function markSpan(clock: Clock, mark: Mark): void {
  clock.moment.value = null;
  clock.span.value = mark;
}

/** Takes back what was marked last; false where nothing is. */
export function unmark(clock: Clock): boolean {
  const last = clock.moment.peek() ? clock.moment : clock.span;
  const was = last.peek() !== null;
  last.value = null;
  return was;
}

/** The span on the axis of a chart; null where it has no place there. */
export function reachOn(
  { found }: Marked,
  kind: Chart['x']['kind'],
  metric: string,
): readonly [from: number, to: number] | null {
  switch (kind) {
    case 'iterations':
      return Object.hasOwn(found.iterations, metric) ? (found.iterations[metric] as [number, number]) : null;
    case 'relative':
      return found.relative;
    case 'wall':
      return [found.from, found.to];
    default:
      return null;
  }
}
