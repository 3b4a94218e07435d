// What the tabs do with the clock: go where something was marked, light what belongs to it, mark moments of their own.

import { useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Clock, type Mark, useClock } from './clock';
import { milliseconds } from './parts/format';
import { useActive } from './parts/live';
import type { SpanAnswer } from './protocol';

/** Marks the moment at which something was logged; nothing where that is not known. */
export function markTime(clock: Clock | null, time: string | number | null | undefined, tab: Mark['tab']): void {
  const ms = milliseconds(time);
  if (clock && ms !== null) {
    // To the full number of the log, where it is one.
    const at = typeof time === 'number' ? time : ms / 1000;
    clock.moment.value = { xaxis: 'wall', from: at, to: at, ...(tab && { tab }) };
  }
}

/** Calls `go` once for each mark that was made elsewhere, when its tab is looked at. */
export function useGoing(tab: Mark['tab'], go: (found: SpanAnswer) => void): void {
  const clock = useClock();
  const active = useActive();
  const gone = useRef<Mark | null>(null);
  const going = useRef(go);
  going.current = go;
  useSignalEffect(() => {
    const marked = clock?.newest.value;
    if (!marked || !active.value || marked.mark === gone.current) {
      return;
    }
    gone.current = marked.mark;
    if (marked.mark.tab !== tab) {
      // After the tab has its size.
      requestAnimationFrame(() => going.current(marked.found));
    }
  });
}

/** Whether a place lies in what is marked: from the first up to the one after the last. */
export function lit(clock: Clock | null, part: 'console' | 'cells', index: number): true | undefined {
  const found = clock?.newest.value?.found[part];
  return (found && found[0] <= index && index < found[1]) || undefined;
}

/** A click on a line of the log marks its moment; so does Enter, on the line that was found, else the first in sight. */
export function useLineMarks(
  scroller: RefObject<HTMLElement>,
  timeOf: (index: number) => string | number | null | undefined,
  found: () => number | undefined,
): void {
  const clock = useClock();
  const latest = useRef({ timeOf, found });
  latest.current = { timeOf, found };
  useEffect(() => {
    const place = scroller.current;
    if (!clock || !place) {
      return;
    }
    const life = new AbortController();
    const { signal: abort } = life;
    const mark = (index: number) => markTime(clock, latest.current.timeOf(index), 'console');
    place.addEventListener(
      'click',
      event => {
        const line = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
        // A text that was selected is not a line that was clicked.
        if (line && getSelection()?.isCollapsed !== false) {
          mark(Number(line.dataset.index));
        }
      },
      { signal: abort },
    );
    place.addEventListener(
      'keydown',
      event => {
        if (event.key === 'Enter' && event.target === place) {
          const top = place.getBoundingClientRect().top;
          const lines = [...place.querySelectorAll<HTMLElement>('[data-index]')];
          const first = lines.find(line => line.getBoundingClientRect().bottom > top);
          mark(latest.current.found() ?? Number(first?.dataset.index));
        }
      },
      { signal: abort },
    );
    return () => life.abort();
  }, [clock, scroller]);
}
