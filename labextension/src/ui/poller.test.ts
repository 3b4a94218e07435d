import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Poller } from './poller';

/** A server that waits: each question stays open until the test answers or refuses it. */
class Server {
  questions: { ids: string[]; since: string | undefined; signal: AbortSignal }[] = [];
  private settle: ((changed: string[]) => void) | null = null;
  private refuse: ((reason: Error) => void) | null = null;
  private asked = 0;

  ask = (args: { ids: string[]; since?: string }, signal: AbortSignal) => {
    this.questions.push({ ids: args.ids, since: args.since, signal });
    return new Promise<{ next: string; changed: string[]; missing: string[] }>((resolve, reject) => {
      this.refuse = reject;
      this.settle = changed => resolve({ next: `cursor ${++this.asked}`, changed, missing: [] });
      signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')), { once: true });
    });
  };

  async answer(changed: string[]): Promise<void> {
    this.settle?.(changed);
    await vi.advanceTimersByTimeAsync(0);
  }

  async fail(reason = new Error('unreachable')): Promise<void> {
    this.refuse?.(reason);
    await vi.advanceTimersByTimeAsync(0);
  }

  get last() {
    return this.questions.at(-1);
  }
}

class Page extends EventTarget {
  hidden = false;

  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let server: Server;
let page: Page;
let poller: Poller;
let view: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  page = new Page();
  poller = new Poller(server.ask, page as unknown as Document);
  view = new AbortController();
});

afterEach(() => {
  view.abort();
  vi.useRealTimers();
});

const settled = () => vi.advanceTimersByTimeAsync(0);

describe('Poller', () => {
  it('asks once for everything watched, and wakes only those whose experiment changed', async () => {
    const woken: string[] = [];
    poller.watch(['b'], () => woken.push('b'), view.signal);
    poller.watch(['a', 'b'], () => woken.push('a and b'), view.signal);
    poller.watch(['a'], () => woken.push('a'), view.signal);
    await settled();
    expect(server.last?.ids).toEqual(['a', 'b']);
    expect(server.questions.filter(({ signal }) => !signal.aborted)).toHaveLength(1);
    await server.answer(['b']);
    expect(woken).toEqual(['b', 'a and b']);
  });

  it('wakes everyone when the store is gone, so that they can say so, and nobody when the server is away', async () => {
    let woken = 0;
    poller.watch(['a'], () => woken++, view.signal);
    await settled();
    await server.fail();
    expect(woken).toBe(0);
    await vi.advanceTimersByTimeAsync(600);
    await server.fail(Object.assign(new Error('This server knows no such store.'), { code: 'not_found' }));
    expect(woken).toBe(1);
  });

  it('goes on from the cursor of the last answer', async () => {
    poller.watch(['a'], () => {}, view.signal);
    await server.answer(['a']);
    await vi.advanceTimersByTimeAsync(150);
    expect(server.last?.since).toBe('cursor 1');
  });

  it('looks at an experiment that logs without pause several times a second, not more often', async () => {
    poller.watch(['a'], () => {}, view.signal);
    await server.answer(['a']);
    await vi.advanceTimersByTimeAsync(100);
    expect(server.questions).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(server.questions).toHaveLength(2);
  });

  it('asks anew when another experiment comes on screen', async () => {
    poller.watch(['a'], () => {}, view.signal);
    await settled();
    poller.watch(['c'], () => {}, view.signal);
    await settled();
    expect(server.questions.map(({ ids, signal }) => [ids, signal.aborted])).toEqual([
      [['a'], true],
      [['a', 'c'], false],
    ]);
  });

  it('stops when the last view goes, and starts again with the next', async () => {
    poller.watch(['a'], () => {}, view.signal);
    await settled();
    view.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.questions).toHaveLength(1);
    expect(server.last?.signal.aborted).toBe(true);
    view = new AbortController();
    poller.watch(['a'], () => {}, view.signal);
    await settled();
    expect(server.questions).toHaveLength(2);
  });

  it('rests while the page is hidden', async () => {
    poller.watch(['a'], () => {}, view.signal);
    await settled();
    page.hide(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.questions).toHaveLength(1);
    expect(server.last?.signal.aborted).toBe(true);
    page.hide(false);
    await settled();
    expect(server.questions).toHaveLength(2);
  });

  it('asks less and less often while the server does not answer, and at once again after it did', async () => {
    poller.watch(['a'], () => {}, view.signal);
    await server.fail();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.questions).toHaveLength(2);
    await server.fail();
    await vi.advanceTimersByTimeAsync(999);
    expect(server.questions).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.questions).toHaveLength(3);
    await server.answer(['a']);
    await vi.advanceTimersByTimeAsync(150);
    await server.fail();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.questions).toHaveLength(5);
  });

  it('does not circle when answers come at once and empty', async () => {
    poller.watch(['gone'], () => {}, view.signal);
    for (let round = 0; round < 20; round += 1) {
      await server.answer([]);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(server.questions.length).toBeLessThanOrEqual(2);
  });
});
