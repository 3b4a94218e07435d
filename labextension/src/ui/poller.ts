// One long poll for all that is watched: asks the server what changed and wakes those who watch it.

import type { Reads } from './protocol';

type Ask = (args: Reads['changes']['args'], signal: AbortSignal) => Promise<Reads['changes']['result']>;
type Page = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>;

interface Watcher {
  ids: readonly string[];
  wake: () => void;
}

/** A server that waits answers within this many seconds. */
const TIMEOUT_S = 20;
/** An experiment that logs without pause is looked at this often. */
const SPACING_MS = 150;
/** An answer that brings nothing although it came at once: the server does not wait for this set of ids. */
const IDLE_MS = 2_000;
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000, 20_000];

export class Poller {
  private readonly watchers = new Set<Watcher>();
  private since = '';
  /** The ids that the cursor knows. */
  private known = '';
  private running = false;
  private asking: AbortController | null = null;
  private nudge: (() => void) | null = null;

  constructor(
    private readonly ask: Ask,
    private readonly page: Page = document,
  ) {}

  watch(ids: readonly string[], wake: () => void, signal: AbortSignal): void {
    if (signal.aborted || ids.length === 0) {
      return;
    }
    const watcher = { ids: [...ids], wake };
    const before = this.ids().length;
    this.watchers.add(watcher);
    signal.addEventListener('abort', () => this.leave(watcher), { once: true });
    if (!this.running) {
      void this.run();
    } else if (this.ids().length !== before) {
      this.restart();
    }
  }

  private leave(watcher: Watcher): void {
    this.watchers.delete(watcher);
    if (this.watchers.size === 0) {
      this.restart();
    }
  }

  private ids(): string[] {
    return [...new Set([...this.watchers].flatMap(watcher => watcher.ids))].sort();
  }

  /** Give up the question under way, or the pause, and look again. */
  private restart(): void {
    this.asking?.abort();
    this.nudge?.();
  }

  private readonly onVisibility = () => this.restart();

  private async run(): Promise<void> {
    this.running = true;
    this.page.addEventListener('visibilitychange', this.onVisibility);
    let failures = 0;
    while (this.watchers.size > 0) {
      if (this.page.hidden) {
        await this.pause(null);
        continue;
      }
      const began = performance.now();
      this.asking = new AbortController();
      let rest = 0;
      try {
        const args = { ids: this.ids(), since: this.since, timeout: TIMEOUT_S };
        const { next, changed } = await this.ask(args, this.asking.signal);
        failures = 0;
        const first = args.ids.join() !== this.known; // what a cursor does not know yet is answered at once
        this.known = args.ids.join();
        this.since = next;
        this.wake(new Set(changed));
        const soon = performance.now() - began < 1_000;
        rest = changed.length > 0 ? SPACING_MS : soon && !first ? IDLE_MS : 0;
      } catch (reason) {
        if (!this.asking.signal.aborted) {
          if ((reason as { code?: unknown }).code === 'not_found') {
            this.wake(new Set(this.ids())); // the store is gone: each view finds that out, and says so
          }
          rest = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? IDLE_MS;
          failures += 1;
        }
      }
      this.asking = null;
      if (rest > 0 && this.watchers.size > 0) {
        await this.pause(rest);
      }
    }
    this.page.removeEventListener('visibilitychange', this.onVisibility);
    this.running = false;
  }

  private wake(changed: Set<string>): void {
    for (const watcher of [...this.watchers]) {
      if (watcher.ids.some(id => changed.has(id))) {
        watcher.wake();
      }
    }
  }

  private pause(ms: number | null): Promise<void> {
    return new Promise(resolve => {
      const timer = ms === null ? undefined : setTimeout(() => this.nudge?.(), ms);
      this.nudge = () => {
        clearTimeout(timer);
        this.nudge = null;
        resolve();
      };
    });
  }
}
