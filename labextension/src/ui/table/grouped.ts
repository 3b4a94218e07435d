// The lines of a grouped table: a line for each group, and below an open one its members, read page by page.

import { effect, signal } from '@preact/signals';
import { OVERSCAN } from '../parts/virtual';
import type { Group, GroupsAnswer, TableAnswer, TableRow } from '../protocol';
import { ConnectionError, isAbort, type Source, SourceError } from '../source';
import { calledBy } from './columns';
import { LoneRows } from './lone';
import { Pages } from './pages';
import { both, isGroup, type Question, type Rows, type Slot } from './rows';

const RETRY_MS = 1_000;
/** Of so many the sums are asked for apart. */
const MANY = 10_000;

interface Members {
  pages: Pages;
  stop: () => void;
}

export class Grouped implements Rows {
  readonly total = signal<number | null>(null);
  readonly found = signal<number | null>(null);
  readonly problem = signal<TableAnswer['problem']>(null);
  readonly damaged = signal<string[]>([]);
  readonly error = signal<SourceError | null>(null);
  readonly stale = signal(false);
  readonly version = signal(0);
  /** There are more groups than are shown. */
  readonly more = signal(false);
  columns: readonly string[] = [];
  /** The columns that the groups' cells are of. */
  summed: readonly string[] = [];
  groups: readonly Group[] = [];
  /** The line of each group. */
  private starts: number[] = [];
  private readonly open = new Map<string, Members>();
  /** Rows of the cells that have one attempt: such a group is the row itself. */
  private readonly lone: LoneRows;
  private question: Question = {};
  private reading: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private again = false;

  /** Groups by the field `by`; a group says of each of the columns `sums` what its members have. */
  constructor(
    private readonly source: Source,
    readonly by: string,
    private readonly sums: () => readonly string[],
  ) {
    this.lone = new LoneRows(source, () => {
      this.columns = this.lone.columns;
      this.version.value = this.version.peek() + 1;
    });
  }

  ask(question: Question): void {
    this.question = question;
    this.stale.value = this.groups.length > 0;
    for (const { pages } of this.open.values()) {
      pages.stop();
    }
    void this.read();
  }

  refresh(): void {
    if (this.reading) {
      this.again = true;
    } else {
      void this.read();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.reading?.abort();
    this.reading = null;
    for (const members of this.open.values()) {
      members.stop();
    }
    this.lone.stop();
  }

  isOpen(group: Group): boolean {
    return this.open.has(group.where);
  }

  toggle(group: Group, wanted = !this.isOpen(group)): void {
    const members = this.open.get(group.where);
    if (wanted && !members) {
      this.open.set(group.where, this.membersOf(group));
    } else if (!wanted && members) {
      members.stop();
      this.open.delete(group.where);
    }
    this.place();
  }

  toggleAll(wanted: boolean): void {
    for (const group of this.groups) {
      if (!this.isLone(group)) {
        this.toggle(group, wanted);
      }
    }
  }

  get allOpen(): boolean {
    const several = this.groups.filter(group => !this.isLone(group));
    return several.length > 0 && several.every(group => this.isOpen(group));
  }

  /** The line of the group that a line belongs to. */
  headOf(index: number): number {
    return this.starts[this.at(index)] ?? 0;
  }

  /** Whether a line stands below the head of its group. */
  isMember(index: number): boolean {
    return index > this.headOf(index);
  }

  want(first: number, last: number): void {
    const lone: string[] = [];
    const [from, upTo] = [Math.max(0, first - OVERSCAN), last + OVERSCAN];
    for (let at = this.at(from); at >= 0 && (this.starts[at] ?? Infinity) <= upTo; at += 1) {
      const id = this.loneIn(this.groups[at]);
      if (id !== null) {
        lone.push(id);
      }
      const start = (this.starts[at] ?? 0) + 1;
      const size = this.sizeOf(at);
      if (size > 0 && start + size > first && start <= last) {
        this.pagesOf(at)?.want(Math.max(0, first - start), Math.max(0, Math.min(size - 1, last - start)));
      }
    }
    this.lone.want(lone);
  }

  slot(index: number): Slot {
    const at = this.at(index);
    const group = this.groups[at];
    if (!group) {
      return 'waiting';
    }
    if (this.isLone(group)) {
      return this.lone.slot(this.loneIn(group));
    }
    const inside = index - (this.starts[at] ?? 0) - 1;
    return inside < 0 ? group : (this.pagesOf(at)?.slot(inside) ?? 'waiting');
  }

  row(index: number): TableRow | null {
    const slot = this.slot(index);
    return typeof slot === 'string' || isGroup(slot) || slot.problem ? null : slot;
  }

  async all(first: number, last: number): Promise<TableRow[]> {
    const found: TableRow[] = [];
    const from = Math.max(0, this.at(first));
    const upTo = this.starts.findLastIndex(start => start <= last) + 1;
    const lone = this.groups.slice(from, upTo).flatMap(group => this.loneIn(group) ?? []);
    const rows = new Map((await this.lone.all(lone)).map(row => [row.id, row]));
    for (let at = from; at < upTo; at += 1) {
      const start = (this.starts[at] ?? 0) + 1;
      const size = this.sizeOf(at);
      const row = rows.get(this.loneIn(this.groups[at]) ?? '');
      if (row) {
        found.push(row);
      }
      if (size > 0 && start + size > first && last >= start) {
        found.push(
          ...((await this.pagesOf(at)?.all(Math.max(0, first - start), Math.min(size - 1, last - start))) ?? []),
        );
      }
    }
    return found;
  }

  /** All members of a group, 1,000 at most, read now. */
  async membersIn(group: Group): Promise<TableRow[]> {
    const filters = both(this.question.filters ?? '', group.where);
    const answer = await this.source.read('table', { ...this.question, filters, page: 0, page_size: 1_000 });
    return answer.items.filter(row => !row.problem);
  }

  private membersOf(group: Group): Members {
    const pages = new Pages(this.source);
    const ask = () => pages.ask({ ...this.question, filters: both(this.question.filters ?? '', group.where) });
    let seen: number | null = null;
    const forget = effect(() => {
      pages.version.value;
      if (pages.total.value !== seen) {
        seen = pages.total.value;
        this.place();
      }
      if (pages.version.value > 0) {
        this.columns = pages.columns;
        this.version.value = this.version.peek() + 1;
      }
    });
    ask();
    return {
      pages,
      stop: () => {
        forget();
        pages.stop();
      },
    };
  }

  private async read(): Promise<void> {
    clearTimeout(this.timer);
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    const { question } = this;
    const sums = [...this.sums()];
    // Of many, what the groups are is known long before their sums; those that are shown wait for both.
    const another = this.stale.peek() || this.groups.length === 0;
    const first = another && (this.found.peek() ?? MANY) >= MANY ? [calledBy(this.by)] : [];
    try {
      for (const columns of [...first, sums]) {
        const answer = await this.source.read('groups', { ...question, columns, group_by: this.by }, reading.signal);
        if (this.reading !== reading) {
          return;
        }
        this.take(answer, columns);
      }
      this.reading = null;
    } catch (reason) {
      if (this.reading === reading) {
        this.reading = null;
        this.fail(reason);
      }
    }
    if (this.again && !this.reading) {
      this.again = false;
      void this.read();
    }
  }

  private take(answer: GroupsAnswer, columns: readonly string[]): void {
    this.error.value = null;
    this.problem.value = answer.problem;
    if (!answer.problem) {
      this.groups = answer.items;
      this.summed = columns;
      this.lone.ask(this.question);
      this.found.value = answer.total;
      this.more.value = answer.more;
      this.members();
    }
    this.stale.value = false;
    this.version.value += 1;
  }

  /** The groups came anew: those that are gone are closed, the others asked for their members again. */
  private members(): void {
    const there = new Set(this.groups.map(group => group.where));
    const alone = new Set(this.groups.filter(group => this.isLone(group)).map(group => group.where));
    for (const [where, members] of this.open) {
      if (!there.has(where) || alone.has(where)) {
        members.stop();
        this.open.delete(where);
      } else {
        members.pages.ask({ ...this.question, filters: both(this.question.filters ?? '', where) });
      }
    }
    this.place();
  }

  /** In a table of attempts, a cell that has one. */
  private isLone(group: Group): boolean {
    return this.by === 'cell' && group.count === 1;
  }

  /** The id of the only member of a group; null where there are several, or before it is known. */
  private loneIn(group: Group | undefined): string | null {
    const id = group && this.isLone(group) ? group.cells[this.summed.indexOf('id')] : null;
    return id ? String(id.low) : null;
  }

  private place(): void {
    let line = 0;
    this.starts = this.groups.map((_, at) => {
      const start = line;
      line += 1 + this.sizeOf(at);
      return start;
    });
    this.total.value = line;
    this.version.value = this.version.peek() + 1;
  }

  private pagesOf(at: number): Pages | undefined {
    const group = this.groups[at];
    return group && this.open.get(group.where)?.pages;
  }

  private sizeOf(at: number): number {
    const pages = this.pagesOf(at);
    return pages ? (pages.total.peek() ?? this.groups[at]?.count ?? 0) : 0;
  }

  /** Which group a line is of. */
  private at(index: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? 0) <= index) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private fail(reason: unknown): void {
    if (isAbort(reason)) {
      return;
    }
    if (reason instanceof ConnectionError) {
      this.timer = setTimeout(() => void this.read(), RETRY_MS);
      return;
    }
    const words = reason instanceof Error ? reason.message : String(reason);
    this.stale.value = false;
    this.error.value = reason instanceof SourceError ? reason : new SourceError('unexpected', words);
  }
}
