// The clock of an experiment that is shown: it asks what belongs to what is marked, again while the experiment runs.

import { type ReadonlySignal, type Signal, signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Clock, Mark, Marked, TurnMark } from './clock';
import { guessOf } from './guess';
import { useLive } from './parts/live';
import type { Source } from './source';

/** While the experiment runs, what belongs to a span is asked no more often than this. */
const REST_MS = 1_000;
/** After so long there is time to read what may be marked. */
const IDLE_MS = 400;

/** The clock of an experiment; where another one takes its place, the same signals with nothing marked. */
export function useNewClock(source: Source, id: string): Clock {
  const state = useMemo(
    () => ({
      span: signal<Mark | null>(null),
      moment: signal<Mark | null>(null),
      zooms: signal(0),
      turns: signal<readonly TurnMark[]>([]),
    }),
    [],
  );
  const prepare = useMemo(() => preparing(source, id), [source, id]);
  useEffect(
    () => () => {
      state.span.value = null;
      state.moment.value = null;
    },
    [source, id],
  );
  const inSpan = useMarked(source, id, state.span);
  const atMoment = useMarked(source, id, state.moment);
  const newest = useComputed(() => (state.moment.value ? atMoment.value : inSpan.value));
  // A kernel has its own work to do: it is asked when a hand comes.
  const drawn = useMemo(() => (source.told ? () => undefined : once(() => idly(prepare))), [source, prepare]);
  return useMemo(() => ({ ...state, inSpan, atMoment, newest, prepare, drawn }), [state, prepare, drawn]);
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      run();
    }
  };
}

function idly(run: () => void): void {
  if (typeof requestIdleCallback === 'undefined') {
    setTimeout(run, IDLE_MS);
  } else {
    requestIdleCallback(run, { timeout: IDLE_MS });
  }
}

/** Once, and again where it went wrong. */
function preparing(source: Source, id: string): () => void {
  let prepared = false;
  return () => {
    if (!prepared) {
      prepared = true;
      void import('./views/clockstrip');
      source.read('span', { id, x_from: 0, x_to: 0, xaxis: 'wall' }).catch(() => {
        prepared = false;
      });
    }
  };
}

function useMarked(source: Source, id: string, marked: Signal<Mark | null>): ReadonlySignal<Marked | null> {
  const guessed = useSignal<Marked | null>(null);
  const ask = async (abort: AbortSignal): Promise<Marked | null> => {
    const mark = marked.peek();
    if (!mark) {
      return null;
    }
    const { xaxis, metric = '', from, to } = mark;
    return { mark, found: await source.read('span', { id, x_from: from, x_to: to, xaxis, metric }, abort) };
  };
  const live = useLive(source, [id], ask, [], REST_MS);
  const guess = () => {
    const mark = marked.peek();
    const timeline = mark && source.told?.('timeline', { id });
    const found = timeline && guessOf(timeline, mark);
    guessed.value = found ? { mark, found, about: true } : null;
  };
  useEffect(() => {
    const life = new AbortController();
    if (source.told) {
      source.watch([id], guess, life.signal);
    }
    return () => life.abort();
  }, [source, id]);
  // Not by a new drawing of the experiment and all of its tabs.
  useSignalEffect(() => {
    if (marked.value) {
      guess();
      live.restart();
    }
  });
  // An answer that is about another mark is none.
  return useComputed(() => {
    const mark = marked.value;
    return [live.value.value, guessed.value].find(answer => answer?.mark === mark) ?? null;
  });
}
