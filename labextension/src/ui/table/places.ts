// Where the columns of the table stand: how wide each is, and which stay in place while the others are scrolled.

import type { Column } from './columns';

/** Width of the column of check boxes. */
export const CHECK = 36;

export interface Placed {
  column: Column;
  width: number;
  /** Distance from the left edge, of a column that stays in place. */
  left: number | null;
}

export function placeColumns(columns: Column[], widths: Record<string, number>, pinned: number): Placed[] {
  let left = CHECK;
  return columns.map((column, at) => {
    const width = widths[column.key] ?? column.width;
    const one = { column, width, left: at < pinned ? left : null };
    left += width;
    return one;
  });
}

export function placeOf({ width, left }: Placed): Record<string, string> {
  return left === null ? { width: `${width}px` } : { width: `${width}px`, left: `${left}px` };
}

export function cellClass({ left }: Placed, more: string): string {
  return `tk-experiments-cell ${more}${left === null ? '' : ' tk-pinned'}`;
}
