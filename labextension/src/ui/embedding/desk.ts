// Where embeds can be put: the notebooks that are open. The door that has notebooks says so; the views ask when a hand does.

import type { View } from '../protocol';

export interface OpenNotebook {
  id: string;
  /** Of the report, else of the file. */
  name: string;
  isReport: boolean;
}

export interface Desk {
  /** Reports first, then as they were turned to last. */
  notebooks(): OpenNotebook[];
  /** Put a view below the active cell, with what it shows saved; answers how to take it back. */
  insert(id: string, view: View): Promise<() => void>;
  /** Show the editor of queries; where the place stands in a notebook, what is made takes the place of the view there. */
  compose(view: View | null, place?: Element): Promise<void>;
}

const KEY = Symbol.for('trackkit.desk');
const page = globalThis as unknown as Record<symbol, (() => Promise<Desk>) | undefined>;

export function offerDesk(desk: () => Promise<Desk>): void {
  page[KEY] = desk;
}

/** Null where the door has no notebooks. */
export function deskOf(): Promise<Desk> | null {
  return page[KEY]?.() ?? null;
}

export function hasDesk(): boolean {
  return KEY in page;
}
