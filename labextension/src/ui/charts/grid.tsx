// Plots side by side: as many columns as fit, all of one width, no hole at the end of a row that could be avoided.

import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const LEAST = 320;
const GAP = 12;

/** How many columns: never more than fit, and no more than the last row needs to be filled best. */
export function columnsFor(width: number, cards: number): number {
  const fit = Math.max(1, Math.floor((width + GAP) / (LEAST + GAP)));
  const rows = Math.ceil(cards / fit);
  return rows > 0 ? Math.ceil(cards / rows) : 1;
}

interface GridProps {
  cards: number;
  children: (width: ReadonlySignal<number>) => ComponentChildren;
}

export function Grid({ cards, children }: GridProps) {
  const root = useRef<HTMLDivElement>(null);
  const room = useSignal(0);
  const column = useSignal(LEAST);
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
  const columns = columnsFor(room.value, cards);
  column.value = Math.floor((room.value - GAP * (columns - 1)) / columns);
  const rows = Math.max(1, Math.ceil(cards / columns));
  return (
    <div ref={root} class="tk-grid" style={{ '--tk-columns': columns, '--tk-rows': rows }}>
      {children(column)}
    </div>
  );
}
