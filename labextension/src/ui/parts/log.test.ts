import { describe, expect, it } from 'vitest';
import type { ConsoleAnswer, ConsoleLine } from '../protocol';
import { Following, LogSearch, PagedLog } from './log';

/** A console of numbered lines that answers the way the operation does. */
class Console {
  reads: [number, number][] = [];
  constructor(public total: number) {}

  read = async (after: number, limit: number): Promise<ConsoleAnswer> => {
    this.reads.push([after, limit]);
    const from = after < 0 ? Math.max(0, this.total + after) : after;
    const to = Math.min(this.total, from + limit);
    const lines: ConsoleLine[] = [];
    for (let index = from; index < to; index += 1) {
      lines.push({
        index,
        time: null,
        stream: 'stdout',
        text: index % 1000 === 7 ? `Found ${index}` : `line ${index}`,
      });
    }
    return { lines, next: to, total: this.total };
  };

  find = async (text: string, after: number) => {
    const { lines, next, total } = await this.read(after, 15_000);
    const holding = lines.filter(line => line.text.toLowerCase().includes(text.toLowerCase()));
    return { matches: holding.map(line => line.index), next, total };
  };
}

const signal = new AbortController().signal;
const turn = () => new Promise(resolve => setTimeout(resolve));

describe('PagedLog', () => {
  it('begins with the end of a long log and reads the rest as it is looked at', async () => {
    const server = new Console(1_000_000);
    const log = new PagedLog(server.read, server.find);
    await log.refresh(signal);
    expect(log.total.value).toBe(1_000_000);
    expect(log.line(999_999)?.text).toBe('line 999999');
    expect(server.reads).toHaveLength(1);
    expect(log.line(500_000)).toBeUndefined();
    expect(log.line(500_001)).toBeUndefined();
    await turn();
    expect(log.line(500_000)?.text).toBe('line 500000');
    expect(server.reads).toHaveLength(2);
  });

  it('reads only what was added', async () => {
    const server = new Console(10);
    const log = new PagedLog(server.read, server.find);
    await log.refresh(signal);
    server.total = 12;
    await log.refresh(signal);
    expect(server.reads.at(-1)?.[0]).toBe(10);
    expect([log.total.value, log.line(0)?.text, log.line(11)?.text]).toEqual([12, 'line 0', 'line 11']);
  });

  it('jumps to the end when much was added at once', async () => {
    const server = new Console(10);
    const log = new PagedLog(server.read, server.find);
    await log.refresh(signal);
    server.total = 50_000;
    await log.refresh(signal);
    expect(log.line(49_999)?.text).toBe('line 49999');
    expect(server.reads).toHaveLength(3);
  });

  it('starts over when the log was reset', async () => {
    const server = new Console(2_000);
    const log = new PagedLog(server.read, server.find);
    await log.refresh(signal);
    server.total = 3;
    await log.refresh(signal);
    expect([log.total.value, log.line(2)?.text]).toEqual([3, 'line 2']);
  });

  it('gives the whole log, every line once', async () => {
    const server = new Console(25_003);
    const indexes: number[] = [];
    for await (const { lines } of new PagedLog(server.read, server.find).all(signal)) {
      indexes.push(...lines.map(line => line.index));
    }
    expect(indexes).toEqual(Array.from({ length: 25_003 }, (_, index) => index));
  });
});

describe('LogSearch', () => {
  it('finds in the whole log, in any case, and goes on when it grows', async () => {
    const server = new Console(20_000);
    const log = new PagedLog(server.read, server.find);
    const search = new LogSearch(log);
    search.start('found');
    while (search.progress.value < 1) {
      await turn();
    }
    expect(search.matches.value).toHaveLength(20);
    expect(search.matches.value[1]).toBe(1007);
    server.total = 21_000;
    await search.goOn();
    expect(search.matches.value.at(-1)).toBe(20_007);
    expect(search.matches.value).toHaveLength(21);
    search.start('^line [0-3]$', true);
    while (search.progress.value < 1) {
      await turn();
    }
    expect(search.matches.value).toEqual([0, 1, 2, 3]);
    search.start('(', true);
    expect(search.problem.value).toMatch(/unterminated/i);
  });
});

describe('Following', () => {
  const view = (scrollTop: number, scrollHeight = 1000) => ({ scrollTop, scrollHeight, clientHeight: 200 });

  it('holds on while the log grows, lets go when scrolled up, and holds on again at the end', () => {
    const follow = new Following();
    expect(follow.scrolled(view(800))).toBe(true);
    expect(follow.scrolled(view(800, 1400))).toBe(true);
    expect(follow.scrolled(view(600, 1400))).toBe(false);
    expect(follow.scrolled(view(700, 1400))).toBe(false);
    expect(follow.scrolled(view(1190, 1400))).toBe(true);
  });
});
