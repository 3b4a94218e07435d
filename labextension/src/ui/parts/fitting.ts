// How many of some names have room in a few lines: the others are announced, and shown when they are asked for.

import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';

interface Fitting {
  /** So many are placed at most. */
  most: number;
  /** What is written in them: with other names they are placed anew. */
  names: string;
  /** In how many lines, where the box is so wide. */
  lines: (width: number) => number;
  /** Kept free at the end for what says that there are more, in CSS pixels. */
  room: number;
  /** What gives them their room, where that is not the list itself. */
  box?: RefObject<HTMLElement>;
}

/** How many of the first entries of a list have room; all of them while they are placed and counted. */
export function useFitting(list: RefObject<HTMLElement>, { most, names, lines, room, box = list }: Fitting): number {
  const fits = useSignal(Infinity);
  const width = useSignal(0);
  useEffect(() => {
    if (most < 2 || !box.current) {
      return;
    }
    const sizes = new ResizeObserver(([entry]) => {
      const now = Math.round(entry?.contentRect.width ?? 0);
      if (now !== width.peek()) {
        fits.value = Infinity; // all are placed, then counted
        width.value = now;
      }
    });
    sizes.observe(box.current);
    return () => sizes.disconnect();
  }, [most < 2]);
  useLayoutEffect(() => {
    fits.value = Infinity;
  }, [names]);
  const { value } = fits;
  useLayoutEffect(() => {
    if (value !== Infinity || !list.current) {
      return;
    }
    const entries = [...list.current.children].slice(0, most) as HTMLElement[];
    const tops = [...new Set(entries.map(entry => entry.offsetTop))].slice(0, lines(width.value));
    let count = entries.filter(entry => tops.includes(entry.offsetTop)).length;
    if (count < entries.length) {
      for (let free = 0; count > 1 && free < room; count -= 1) {
        free += entries[count - 1]?.offsetWidth ?? room;
      }
    }
    if (count < entries.length) {
      fits.value = count;
    }
  }, [value, width.value, names, most]);
  return value;
}
