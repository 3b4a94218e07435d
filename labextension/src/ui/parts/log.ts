// A log of any length, read in pages as they come into sight.

import { signal } from '@preact/signals';
import type { ConsoleAnswer, ConsoleLine } from '../protocol';
import { isAbort } from '../source';
import { plain, settled } from './ansi';

type ReadPage = (after: number, limit: number, signal: AbortSignal) => Promise<ConsoleAnswer>;

const PAGE = 1_000;
/** Pages that are searched or downloaded are not looked at, so they may be larger. */
const LARGE_PAGE = 10_000;
/** So many pages are kept; those looked at longest ago go first. */
const KEPT_PAGES = 60;

/** Which lines from `after` on hold a text, in upper or lower case; `next` is where it goes on. */
type Find = (text: string, after: number, signal: AbortSignal) => Promise<Found>;

interface Found {
  matches: number[];
  next: number;
  total: number;
}

export class PagedLog {
  /** How many lines there are; null before the first answer. */
  readonly total = signal<number | null>(null);
  /** Grows whenever lines arrived: whoever shows lines reads this. */
  readonly version = signal(0);
  private readonly pages = new Map<number, (ConsoleLine | undefined)[]>();
  private readonly asked = new Set<number>();
  private readonly life = new AbortController();

  constructor(
    private readonly read: ReadPage,
    private readonly find: Find,
  ) {}

  /** The line at `index`, or undefined while its page is on its way. */
  line(index: number): ConsoleLine | undefined {
    const number = Math.floor(index / PAGE);
    const found = this.pages.get(number)?.[index % PAGE];
    if (!found) {
      void this.load(number);
    }
    return found;
  }

  /** Read what was added at the end; the first time, the end itself. */
  async refresh(signal: AbortSignal): Promise<void> {
    const known = this.total.peek();
    let answer = await this.read(known ?? -PAGE, PAGE, signal);
    if (known !== null && answer.total < known) {
      this.pages.clear();
      answer = await this.read(-PAGE, PAGE, signal);
    } else if (answer.next < answer.total) {
      this.keep(answer.lines);
      answer = await this.read(-PAGE, PAGE, signal);
    }
    this.keep(answer.lines);
    if (answer.lines.length > 0 || answer.total !== known) {
      this.version.value += 1;
    }
    this.total.value = answer.total;
  }

  /** All lines from `start` on, in large pages. */
  async *all(signal: AbortSignal, start = 0): AsyncGenerator<ConsoleAnswer> {
    let after = start;
    for (;;) {
      const answer = await this.read(after, LARGE_PAGE, signal);
      yield answer;
      if (answer.lines.length === 0 || answer.next >= answer.total || answer.next <= after) {
        return;
      }
      after = answer.next;
    }
  }

  /** The lines with a text, or those that fit a pattern, from `start` on; part by part. */
  async *found(wanted: string | RegExp, signal: AbortSignal, start = 0): AsyncGenerator<Found> {
    if (typeof wanted !== 'string') {
      for await (const { lines, next, total } of this.all(signal, start)) {
        const fitting = lines.filter(line => line.stream !== 'cell' && wanted.test(plain(settled(line.text))));
        yield { matches: fitting.map(line => line.index), next, total };
      }
      return;
    }
    for (let after = start; ; ) {
      const answer = await this.find(wanted, after, signal);
      yield answer;
      if (answer.next <= after || answer.next >= answer.total) {
        return;
      }
      after = answer.next;
    }
  }

  dispose(): void {
    this.life.abort();
  }

  private async load(number: number): Promise<void> {
    if (this.asked.has(number)) {
      return;
    }
    this.asked.add(number);
    try {
      const { lines } = await this.read(number * PAGE, PAGE, this.life.signal);
      this.keep(lines);
      this.version.value += 1;
      this.asked.delete(number);
    } catch (reason) {
      if (!isAbort(reason)) {
        // Asked again when it comes into sight again, not in a circle.
        setTimeout(() => this.asked.delete(number), 2_000);
      }
    }
  }

  private keep(lines: ConsoleLine[]): void {
    for (const line of lines) {
      const number = Math.floor(line.index / PAGE);
      const page = this.pages.get(number) ?? [];
      page[line.index % PAGE] = line;
      this.pages.delete(number);
      this.pages.set(number, page);
    }
    for (const number of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) {
        return;
      }
      this.pages.delete(number);
    }
  }
}

/** Where a text occurs in a log: found page by page, going on when the log grows. */
export class LogSearch {
  readonly matches = signal<readonly number[]>([]);
  /** The part of the log that was looked through, 0 to 1. */
  readonly progress = signal(1);
  /** Why the pattern cannot be searched for. */
  readonly problem = signal<string | null>(null);
  private wanted: string | RegExp | null = null;
  private searched = 0;
  private running: AbortController | null = null;

  constructor(private readonly log: PagedLog) {}

  start(query: string, pattern = false): void {
    this.running?.abort();
    this.running = null;
    this.problem.value = null;
    this.wanted = null;
    if (query) {
      try {
        this.wanted = pattern ? new RegExp(query, 'i') : query;
      } catch (reason) {
        this.problem.value = reason instanceof Error ? reason.message : String(reason);
      }
    }
    this.searched = 0;
    this.matches.value = [];
    this.progress.value = this.wanted ? 0 : 1;
    void this.goOn();
  }

  /** Look through what came since. */
  async goOn(): Promise<void> {
    const { wanted } = this;
    if (!wanted || this.running) {
      return;
    }
    const running = new AbortController();
    this.running = running;
    try {
      for await (const { matches, next, total } of this.log.found(wanted, running.signal, this.searched)) {
        if (this.running !== running) {
          return;
        }
        if (matches.length > 0) {
          this.matches.value = [...this.matches.value, ...matches];
        }
        this.searched = next;
        this.progress.value = total > 0 ? next / total : 1;
      }
    } catch {
      // What was found stays; the search goes on when the log grows.
    }
    if (this.running === running) {
      this.running = null;
      this.progress.value = 1;
    }
  }

  stop(): void {
    this.running?.abort();
    this.running = null;
  }
}

/** Whether a list should stay at its end: until a person scrolls up, and again when they come back. */
export class Following {
  private top = 0;
  constructor(public on = true) {}

  scrolled(view: { scrollTop: number; scrollHeight: number; clientHeight: number }): boolean {
    const gap = view.scrollHeight - view.clientHeight - view.scrollTop;
    if (gap <= NEAR_PX) {
      this.on = true;
    } else if (view.scrollTop < this.top) {
      this.on = false;
    }
    this.top = view.scrollTop;
    return this.on;
  }
}

/** Closer to the end than this counts as being there. */
const NEAR_PX = 24;
