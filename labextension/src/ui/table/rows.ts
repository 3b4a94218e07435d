// What the grid draws, line by line, wherever it is read from: a flat list, or groups and those of their members in sight.

import type { ReadonlySignal } from '@preact/signals';
import type { Group, TableAnswer, TableArguments, TableRow } from '../protocol';
import type { SourceError } from '../source';

export type Question = Omit<TableArguments, 'page' | 'page_size'>;

/** One line: read, not yet there, or missing where a page came short of one that cannot be read. */
export type Slot = TableRow | Group | 'waiting' | 'unreadable';

export interface Rows {
  /** How many lines there are; null until the first answer. */
  readonly total: ReadonlySignal<number | null>;
  /** How many experiments were found. */
  readonly found: ReadonlySignal<number | null>;
  readonly problem: ReadonlySignal<TableAnswer['problem']>;
  readonly damaged: ReadonlySignal<string[]>;
  readonly error: ReadonlySignal<SourceError | null>;
  /** The lines in sight are of an earlier question. */
  readonly stale: ReadonlySignal<boolean>;
  /** Counts what came in: whoever reads lines looks at it. */
  readonly version: ReadonlySignal<number>;
  /** The columns that the rows' cells are of. */
  readonly columns: readonly string[];
  /** Ask something else; what is shown stays until the first answer. */
  ask(question: Question): void;
  /** Lines from `first` to `last` are in sight. */
  want(first: number, last: number): void;
  /** Something changed: read what is in sight once more. */
  refresh(): void;
  slot(index: number): Slot;
  row(index: number): TableRow | null;
  /** The rows of the lines from `first` to `last`, read now; not kept. */
  all(first: number, last: number): Promise<TableRow[]>;
  stop(): void;
}

export function isGroup(slot: Slot): slot is Group {
  return typeof slot === 'object' && 'where' in slot;
}

/** Both of two queries. */
export function both(one: string, other: string): string {
  const parts = [one.trim(), other.trim()].filter(Boolean);
  return parts.length > 1 ? parts.map(part => `(${part})`).join(' and ') : (parts[0] ?? '');
}
