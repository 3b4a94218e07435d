// One clock for the tabs of an experiment: the span that was brushed on a chart, the moment that was pointed at.

import { type ReadonlySignal, type Signal, signal, useComputed, useSignalEffect } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { useLive } from './parts/live';
import type { Axis, Chart, SpanAnswer } from './protocol';
import type { Source } from './source';

/** While the experiment runs, what belongs to a span is asked no more often than this. */
const REST_MS = 1_000;

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
}

/** A knob that was turned: where that lies on each axis, and what it was. */
export interface TurnMark {
  iterations: number;
  relative: number;
  wall: number;
  text: string;
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
}

const ClockContext = createContext<Clock | null>(null);

export const ClockProvider = ClockContext.Provider;

/** The clock of the experiment around; null where there is none, as in a comparison. */
export function useClock(): Clock | null {
  return useContext(ClockContext);
}

export function useNewClock(source: Source, id: string): Clock {
  const state = useMemo(
    () => ({
      span: signal<Mark | null>(null),
      moment: signal<Mark | null>(null),
      zooms: signal(0),
      turns: signal<readonly TurnMark[]>([]),
    }),
    [source, id],
  );
  const inSpan = useMarked(source, id, state.span);
  const atMoment = useMarked(source, id, state.moment);
  const newest = useComputed(() => (state.moment.value ? atMoment.value : inSpan.value));
  return useMemo(() => ({ ...state, inSpan, atMoment, newest }), [state]);
}

function useMarked(source: Source, id: string, marked: Signal<Mark | null>): ReadonlySignal<Marked | null> {
  const ask = async (abort: AbortSignal): Promise<Marked | null> => {
    const mark = marked.peek();
    if (!mark) {
      return null;
    }
    const { xaxis, metric = '', from, to } = mark;
    return { mark, found: await source.read('span', { id, x_from: from, x_to: to, xaxis, metric }, abort) };
  };
  const live = useLive(source, [id], ask, [], REST_MS);
  // Not by a new drawing of the experiment and all of its tabs.
  useSignalEffect(() => {
    if (marked.value) {
      live.restart();
    }
  });
  // An answer that is about another mark is none.
  return useComputed(() => (live.value.value?.mark === marked.value ? (live.value.value ?? null) : null));
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
