// A list of any length of which only the rows in sight are made.

import {
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

interface VirtualOptions {
  count: number;
  /** The element that scrolls. */
  scroller: RefObject<HTMLElement>;
  rowHeight: number;
}

/** Lists up to this length are drawn whole where that is asked for. */
const FEW = 100;

/** The places of the rows to draw, and the heights of what is left out before and after them. */
export function windowOf(virtual: Virtual, count: number): { indices: number[]; before: number; after: number } {
  if (count <= FEW) {
    return { indices: Array.from({ length: count }, (_, index) => index), before: 0, after: 0 };
  }
  const { rows, height } = virtual;
  return {
    indices: rows.map(row => row.index).filter(index => index < count),
    before: rows[0]?.start ?? 0,
    after: Math.max(0, height - (rows[rows.length - 1]?.end ?? 0)),
  };
}

interface Virtual {
  rows: VirtualItem[];
  /** Height of the whole list in pixels. */
  height: number;
  /** To be given to every row as `ref`, with `data-index` beside it, where rows can be higher than `rowHeight`. */
  measure: (row: HTMLElement | null) => void;
  scrollTo: (index: number) => void;
}

/** So many rows are made before and after those in sight. */
export const OVERSCAN = 20;

export function useVirtual({ count, scroller, rowHeight }: VirtualOptions): Virtual {
  const [, redraw] = useReducer((times: number, _: undefined) => times + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    measureElement,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    rows: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    scrollTo: index => virtualizer.scrollToIndex(index, { align: 'center' }),
  };
}
