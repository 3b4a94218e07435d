// The names in sight of a list of very many.

import type { ComponentChildren, RefObject } from 'preact';
import { useVirtual } from '../parts/virtual';
import type { Listed } from './tools';

/** CSS pixels of a name, as in the style sheet. */
const ROW = 24;

export function Sighted({
  list,
  plots,
  children,
}: {
  list: RefObject<HTMLUListElement>;
  plots: readonly Listed[];
  children: (plot: Listed, at: number) => ComponentChildren;
}) {
  const { rows, height } = useVirtual({ count: plots.length, scroller: list, rowHeight: ROW });
  const end = rows.at(-1)?.end ?? 0;
  return (
    <>
      <li aria-hidden="true" style={{ height: `${rows[0]?.start ?? 0}px` }} />
      {rows.map(({ index }) => children(plots[index] as Listed, index))}
      <li aria-hidden="true" style={{ height: `${height - end}px` }} />
    </>
  );
}
