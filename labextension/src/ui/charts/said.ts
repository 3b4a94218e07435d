// A short message that goes away by itself.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

const SHOWN_MS = 4_000;

export function useSaid(): [Signal<string | null>, (text: string) => void] {
  const said = useSignal<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (text: string) => {
    said.value = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      said.value = null;
    }, SHOWN_MS);
  };
  return [said, say];
}

/** What an action did not manage, as a sentence. */
export function sentenceOf(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
