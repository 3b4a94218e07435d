// The rows of the details of experiments in groups: what the members of one have in common, and in what groups differ.

import type { Coded } from './answers';
import type { DetailRow } from './rows';

/** Places of experiments that stand in one column. */
export type Members = readonly number[];

/** What some experiments have in a row, the most frequent first: the index of a text, or -1 for none, and how many. */
export function kindsOf({ values }: Coded, members: Members): [value: number, count: number][] {
  const counts = new Map<number, number>();
  for (const at of members) {
    const value = values[at] ?? -1;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}

/** Whether the members of two columns have the same, how often ever. */
export function alike(row: Coded, one: Members, other: Members): boolean {
  return signature(row, one) === signature(row, other);
}

function signature(row: Coded, members: Members): string {
  return kindsOf(row, members)
    .map(([value]) => value)
    .sort((one, other) => one - other)
    .join();
}

/** In which order rows come: groups that have one value each differ, groups differ, only the members of one do, none. */
function rankOf(row: Coded, groups: readonly Members[]): number {
  if (row.texts.length < 2 && !row.values.includes(-1)) {
    return 3;
  }
  const signatures = groups.map(members => signature(row, members));
  const mixed = signatures.some(one => one.includes(','));
  return new Set(signatures).size > 1 ? (mixed ? 1 : 0) : mixed ? 2 : 3;
}

/** Whether groups differ in a row, not the members of each only. */
export function isBetween({ rank = 0 }: Pick<DetailRow, 'rank'>): boolean {
  return rank < 2;
}

/** Rows as groups differ in them; who is in no group does not count. */
export function ranked(rows: readonly DetailRow[], groups: readonly Members[]): DetailRow[] {
  return rows.map(row => {
    const rank = rankOf(row, groups);
    return { ...row, rank, differs: rank < 3 };
  });
}

/** All that the members of a column have in a row, as text; null where none has anything. */
export function textsOf(row: Coded, members: Members): string | null {
  const texts = kindsOf(row, members).flatMap(([value]) => (value < 0 ? [] : [row.texts[value] ?? '']));
  return texts.length > 0 ? texts.join('; ') : null;
}
