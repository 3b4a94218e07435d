// The rows of a table are kept as they are now while somebody looks at it.

import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useActive } from '../parts/live';
import type { Source } from '../source';

/** Scrolling has settled when it rested so long. */
const SETTLED_MS = 300;

/**
 * Watch the store and the rows in sight, once scrolling has settled. What changes while nobody looks is told when
 * somebody does again.
 */
export function useWatch(source: Source, store: string, onChange: () => void): (ids: string[]) => void {
  const active = useActive();
  const told = useRef(onChange);
  told.current = onChange;
  const state = useRef<{ ids: string[]; timer?: ReturnType<typeof setTimeout>; stop?: AbortController }>({ ids: [] });
  const missed = useRef(false);
  const start = () => {
    state.current.stop?.abort();
    state.current.stop = new AbortController();
    const tell = () => {
      missed.current = !active.peek();
      if (!missed.current) {
        told.current();
      }
    };
    source.watch([store, ...state.current.ids], tell, state.current.stop.signal);
  };
  useEffect(() => {
    start();
    return () => {
      clearTimeout(state.current.timer);
      state.current.stop?.abort();
    };
  }, [source]);
  useEffect(
    () =>
      effect(() => {
        if (active.value && missed.current) {
          missed.current = false;
          told.current();
        }
      }),
    [active],
  );
  return ids => {
    if (ids.join() !== state.current.ids.join()) {
      state.current.ids = ids;
      clearTimeout(state.current.timer);
      state.current.timer = setTimeout(start, SETTLED_MS);
    }
  };
}
