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

interface Virtual {
  rows: VirtualItem[];
  /** Height of the whole list in pixels. */
  height: number;
  /** To be given to every row as `ref`, with `data-index` beside it, where rows can be higher than `rowHeight`. */
  measure: (row: HTMLElement | null) => void;
  scrollTo: (index: number) => void;
}

const OVERSCAN = 20;

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
