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

/** The row or the group of a line; null where there is none that can be read. */
export function lineOf(slot: Slot): TableRow | Group | null {
  return typeof slot === 'string' || (!isGroup(slot) && slot.problem) ? null : slot;
}

/** What makes a text a query: without any of it, it is words, as the server reads it. */
const GRAMMAR = /[=<>~"'[\]]|\b(?:and|or|not|in)\b|^[\s()]*archived[\s()]*$/i;

/** Words that are looked for, as the query that finds the same; a query stays as it is. */
export function queryOf(text: string): string {
  const words = GRAMMAR.test(text) ? [] : text.split(/\s+/).filter(Boolean);
  const inside = (word: string) => ['name', 'id', 'description'].map(place => `${place} ~ "${word}"`).join(' or ');
  return words.length > 0 ? words.map(word => `(${inside(word)})`).join(' and ') : text;
}

/** Both of two queries. */
export function both(one: string, other: string): string {
  const parts = [one.trim(), other.trim()].filter(Boolean);
  return parts.length > 1 ? parts.map(part => `(${part})`).join(' and ') : (parts[0] ?? '');
}
