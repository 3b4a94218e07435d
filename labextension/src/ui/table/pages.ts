// The rows of the table, read page by page: what is in sight first, what was read before stays until it is replaced.

import { signal } from '@preact/signals';
import { OVERSCAN } from '../parts/virtual';
import type { TableAnswer, TableRow } from '../protocol';
import { ConnectionError, isAbort, type Source, SourceError } from '../source';
import type { Question, Rows } from './rows';

export const PAGE = 100;
/** Pages that are read before they come into sight. */
const AHEAD = 2;
/** Pages kept beside those in sight. */
const KEPT = 60;
const RETRY_MS = 1_000;

function pagesOf(first: number, last: number): [number, number] {
  return [Math.floor(first / PAGE), Math.floor(last / PAGE)];
}

export class Pages implements Rows {
  readonly total = signal<number | null>(null);
  readonly found = this.total;
  readonly problem = signal<TableAnswer['problem']>(null);
  readonly damaged = signal<string[]>([]);
  readonly error = signal<SourceError | null>(null);
  readonly stale = signal(false);
  readonly version = signal(0);
  columns: readonly string[] = [];
  private pages = new Map<number, TableRow[]>();
  private reading = new Map<number, AbortController>();
  /** Pages out of sight that may have changed since they were read. */
  private readonly doubtful = new Set<number>();
  private range: [number, number] = [0, 0];
  /** The pages of those that are made beside what is in sight, too. */
  private made: [number, number] = [0, 0];
  /** Where it is scrolled to, since the question was asked: up, down, or nowhere yet. */
  private towards: -1 | 0 | 1 = 0;
  private question: Question = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private again = false;

  constructor(private readonly source: Source) {}

  ask(question: Question): void {
    this.question = question;
    this.towards = 0;
    this.stop();
    this.stale.value = this.pages.size > 0;
    this.read();
  }

  want(first: number, last: number): void {
    const range = pagesOf(first, Math.max(first, last));
    const made = pagesOf(Math.max(0, first - OVERSCAN), Math.max(first, last) + OVERSCAN);
    if (`${range} ${made}` === `${this.range} ${this.made}`) {
      return;
    }
    this.made = made;
    const by = range[0] - this.range[0];
    // After a jump nobody knows where it goes on, and what is in sight must not wait behind what may never be.
    this.towards = Math.abs(by) > AHEAD ? 0 : (Math.sign(by) as -1 | 0 | 1) || this.towards;
    this.range = range;
    if (!this.stale.peek()) {
      this.read();
    }
  }

  refresh(): void {
    if (this.reading.size > 0) {
      this.again = true;
      return;
    }
    for (const page of this.pages.keys()) {
      this.doubtful.add(page);
    }
    for (let page = this.range[0]; page <= this.range[1]; page += 1) {
      void this.load(page);
    }
  }

  slot(index: number): TableRow | 'waiting' | 'unreadable' {
    const page = this.pages.get(Math.floor(index / PAGE));
    return page ? (page[index % PAGE] ?? 'unreadable') : 'waiting';
  }

  row(index: number): TableRow | null {
    const found = this.slot(index);
    return typeof found === 'string' || found.problem ? null : found;
  }

  async all(first: number, last: number): Promise<TableRow[]> {
    const size = 1_000;
    const found: TableRow[] = [];
    for (let page = Math.floor(first / size); page <= Math.floor(last / size); page += 1) {
      const { items } = await this.source.read('table', { ...this.question, page, page_size: size });
      found.push(...items.slice(Math.max(0, first - page * size), last - page * size + 1));
    }
    return found.filter(row => !row.problem);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.again = false;
    for (const reading of this.reading.values()) {
      reading.abort();
    }
    this.reading.clear();
  }

  private read(): void {
    const [first, last] = this.range;
    for (const [page, reading] of this.reading) {
      if (page < first - AHEAD || page > last + AHEAD) {
        reading.abort();
        this.reading.delete(page);
      }
    }
    for (let page = first; page <= last; page += 1) {
      const due = this.stale.peek() || !this.pages.has(page) || this.doubtful.has(page);
      if (due && !this.reading.has(page)) {
        void this.load(page);
      }
    }
    this.readAhead();
  }

  /** What is next to what is in sight, where it is scrolled to, is there when it comes; what is in sight comes first. */
  private readAhead(): void {
    const [first, last] = this.range;
    const inSight = [...this.reading.keys()].some(page => page >= first && page <= last);
    if (inSight || this.stale.peek() || this.total.peek() === null || this.problem.peek()) {
      return; // to a question that cannot be read, no page is an answer
    }
    const end = Math.ceil((this.total.peek() ?? 0) / PAGE);
    const ahead = Array.from({ length: AHEAD }, (_, by) => (this.towards > 0 ? last + 1 + by : first - 1 - by));
    for (const page of [...this.made, ...(this.towards === 0 ? [] : ahead)]) {
      if (page >= 0 && page < end && !this.pages.has(page) && !this.reading.has(page)) {
        void this.load(page);
      }
    }
  }

  private async load(page: number): Promise<void> {
    const reading = new AbortController();
    const { question } = this;
    this.reading.set(page, reading);
    try {
      const answer = await this.source.read('table', { ...question, page, page_size: PAGE }, reading.signal);
      if (this.reading.get(page) === reading) {
        this.reading.delete(page);
        this.take(page, answer);
      }
    } catch (reason) {
      if (this.reading.get(page) === reading) {
        this.reading.delete(page);
        this.fail(reason);
      }
    }
    if (this.again && this.reading.size === 0) {
      this.again = false;
      this.refresh();
    }
  }

  private take(page: number, answer: TableAnswer): void {
    this.error.value = null;
    this.problem.value = answer.problem;
    if (answer.problem) {
      this.stale.value = false;
      return; // the rows of the last question that could be read stay
    }
    if (this.stale.peek() || answer.total !== this.total.peek()) {
      // Another question, or rows came and went: what is not in sight is read when it is looked at.
      const kept = this.stale.peek() ? [] : [...this.pages].filter(([at]) => this.isInSight(at));
      this.pages = new Map(kept);
    }
    this.columns = this.question.columns ?? [];
    this.pages.set(page, answer.items);
    this.doubtful.delete(page);
    this.stale.value = false;
    this.total.value = answer.total;
    this.damaged.value = answer.damaged;
    this.forget();
    this.version.value += 1;
    this.read();
  }

  private isInSight(page: number): boolean {
    return page >= this.range[0] && page <= this.range[1];
  }

  private forget(): void {
    for (const page of this.pages.keys()) {
      if (this.pages.size <= KEPT) {
        break;
      }
      if (!this.isInSight(page)) {
        this.pages.delete(page);
      }
    }
  }

  private fail(reason: unknown): void {
    if (isAbort(reason)) {
      return;
    }
    if (reason instanceof ConnectionError) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.read(), RETRY_MS);
      return;
    }
    const words = reason instanceof Error ? reason.message : String(reason);
    this.error.value = reason instanceof SourceError ? reason : new SourceError('unexpected', words);
  }
}
