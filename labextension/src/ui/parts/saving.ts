// Saving what a person edited: refused in words, and where someone else was faster, with what they wrote.

import { type Signal, useSignal } from '@preact/signals';
import { SourceError, wordsOf } from '../source';

export interface Saving<T> {
  busy: Signal<boolean>;
  /** Why it was not saved. */
  problem: Signal<string | null>;
  /** What someone else saved meanwhile; null while nobody did. */
  theirs: Signal<T | null>;
  /** Save `mine`, if what is kept is still what was `seen`; tells whether it was. */
  save: (mine: T, seen: T) => Promise<boolean>;
}

export function useSaving<T>(send: (mine: T, seen: T) => Promise<unknown>, read: () => Promise<T>): Saving<T> {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const theirs = useSignal<T | null>(null);
  const save = async (mine: T, seen: T) => {
    busy.value = true;
    problem.value = null;
    try {
      await send(mine, seen);
      theirs.value = null;
      return true;
    } catch (reason) {
      if (reason instanceof SourceError && reason.code === 'conflict') {
        try {
          theirs.value = await read();
        } catch (second) {
          problem.value = wordsOf(second);
        }
      } else {
        problem.value = wordsOf(reason);
      }
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, theirs, save };
}
