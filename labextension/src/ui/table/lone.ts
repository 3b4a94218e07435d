// The rows that stand among groups in place of a group of one: read by their ids, those in sight.

import type { TableRow } from '../protocol';
import { ConnectionError, isAbort, type Source } from '../source';
import type { Question, Slot } from './rows';

/** So many are read at once. */
const AT_ONCE = 500;
const RETRY_MS = 1_000;

export class LoneRows {
  /** The columns that the rows' cells are of. */
  columns: readonly string[] = [];
  private question: Question = {};
  /** Null: it cannot be read. */
  private readonly rows = new Map<string, TableRow | null>();
  /** Those that are read, or being read, since the question was asked. */
  private readonly asked = new Set<string>();
  private reading = new AbortController();

  constructor(
    private readonly source: Source,
    private readonly onRows: () => void,
  ) {}

  /** Ask something else, or the same once more; what is shown stays until the answer. */
  ask(question: Question): void {
    this.stop();
    this.question = question;
    this.asked.clear();
  }

  want(ids: readonly string[]): void {
    const due = ids.filter(id => !this.asked.has(id)).slice(0, AT_ONCE);
    if (due.length > 0) {
      void this.load(due);
    }
  }

  slot(id: string | null): Slot {
    const row = id === null ? undefined : this.rows.get(id);
    return row === undefined ? 'waiting' : (row ?? 'unreadable');
  }

  /** The rows of these ids in their order, read now; not kept. */
  async all(ids: readonly string[]): Promise<TableRow[]> {
    const found = new Map<string, TableRow>();
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      for (const row of await this.read(ids.slice(first, first + AT_ONCE))) {
        found.set(row.id, row);
      }
    }
    return ids.flatMap(id => found.get(id) ?? []).filter(row => !row.problem);
  }

  stop(): void {
    this.reading.abort();
    this.reading = new AbortController();
  }

  private async read(ids: readonly string[], signal?: AbortSignal): Promise<TableRow[]> {
    const objects = [...ids];
    const asked = { ...this.question, query: '', filters: '', objects, page_size: objects.length };
    return (await this.source.read('table', asked, signal)).items;
  }

  private async load(ids: readonly string[]): Promise<void> {
    const { signal } = this.reading;
    const { columns = [] } = this.question;
    for (const id of ids) {
      this.asked.add(id);
    }
    try {
      const found = new Map((await this.read(ids, signal)).map(row => [row.id, row]));
      if (signal.aborted) {
        return;
      }
      if (columns.join('\n') !== this.columns.join('\n')) {
        this.rows.clear(); // their cells are of other columns
      }
      this.columns = columns;
      for (const id of ids) {
        this.rows.set(id, found.get(id) ?? null);
      }
      this.onRows();
    } catch (reason) {
      if (isAbort(reason) || signal.aborted) {
        return;
      }
      if (reason instanceof ConnectionError) {
        setTimeout(() => !signal.aborted && void this.load(ids), RETRY_MS);
        return;
      }
      for (const id of ids) {
        this.rows.set(id, null);
      }
      this.onRows();
    }
  }
}
