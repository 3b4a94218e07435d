// Plots side by side: as many columns as fit, all of one width, no hole at the end of a row that could be avoided.

import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { followNear } from './onscreen';

const LEAST = 320;
const GAP = 12;
/** More cards than this stand in bands, of which only those close to the screen hold their cards. */
const MANY = 48;
const BAND_ROWS = 3;
/** CSS pixels: a card on its own, and how close to the screen a band holds its cards. */
const CARD = 250;
const CLOSE = 1000;

/** How many columns: never more than fit, and no more than the last row needs to be filled best. */
export function columnsFor(width: number, cards: number): number {
  const fit = Math.max(1, Math.floor((width + GAP) / (LEAST + GAP)));
  const rows = Math.ceil(cards / fit);
  return rows > 0 ? Math.ceil(cards / rows) : 1;
}

type Of<T> = (item: T, width: ReadonlySignal<number>) => ComponentChildren;

interface GridProps<T> {
  items: readonly T[];
  /** Whether cards may go, and come back, where there are very many: then they keep nothing of their own. */
  banded?: boolean;
  children: Of<T>;
}

export function Grid<T extends { id: string }>({ items, banded = false, children }: GridProps<T>) {
  const root = useRef<HTMLDivElement>(null);
  const room = useSignal(0);
  const column = useSignal(LEAST);
  /** Height of a row, as it was last seen. */
  const row = useRef(CARD);
  useLayoutEffect(() => {
    const element = root.current as HTMLDivElement;
    const take = () => {
      if (element.clientWidth > 0) {
        room.value = element.clientWidth;
      }
    };
    take();
    const sizes = new ResizeObserver(take);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  const columns = columnsFor(room.value, items.length);
  column.value = Math.floor((room.value - GAP * (columns - 1)) / columns);
  const rows = Math.max(1, Math.ceil(items.length / columns));
  const style = { '--tk-columns': columns, '--tk-rows': rows };
  if (!banded || items.length <= MANY) {
    return (
      <div ref={root} class="tk-grid" style={style}>
        {items.map(item => children(item, column))}
      </div>
    );
  }
  const size = BAND_ROWS * columns;
  const bands = Array.from({ length: Math.ceil(items.length / size) }, (_, at) => at * size);
  return (
    <div ref={root} class="tk-grid tk-grid-banded" style={style}>
      {room.value > 0 &&
        bands.map(first => (
          <Band key={first} {...{ first, row }} items={items.slice(first, first + size)} columns={columns}>
            {item => children(item, column)}
          </Band>
        ))}
    </div>
  );
}

interface BandProps<T> {
  items: readonly T[];
  first: number;
  columns: number;
  row: RefObject<number>;
  children: (item: T) => ComponentChildren;
}

/** A few rows; far from the screen they are a hole of the same height. */
function Band<T extends { id: string }>({ items, first, columns, row, children }: BandProps<T>) {
  const place = useRef<HTMLDivElement>(null);
  const near = useSignal(first === 0);
  const height = useRef(0);
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const tell = (is: boolean) => {
      if (is === near.peek() || (!is && element.contains(document.activeElement))) {
        return;
      }
      if (!is) {
        height.current = element.offsetHeight;
        row.current = (height.current + GAP) / Math.ceil(items.length / columns) - GAP;
      }
      near.value = is;
    };
    return followNear(element, tell, CLOSE);
  }, []);
  const rows = Math.ceil(items.length / columns);
  const held = height.current || rows * ((row.current ?? CARD) + GAP) - GAP;
  return (
    <div ref={place} class="tk-band" style={near.value ? {} : { height: `${held}px` }}>
      {near.value && items.map(children)}
    </div>
  );
}
