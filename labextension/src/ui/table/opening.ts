// The row of one experiment or model, for a table that opens with it.

import type { ObjectType, TableRow } from '../protocol';
import type { Source } from '../source';

/** The row of an object, archived or not; null where there is none. */
export async function rowOf(source: Source, id: string, object_type: ObjectType): Promise<TableRow | null> {
  for (const archived of [false, true]) {
    const { items } = await source.read('table', { objects: [id], archived, object_type });
    const row = items[0];
    if (row && !row.problem) {
      return row;
    }
  }
  return null;
}
