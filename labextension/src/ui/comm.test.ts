// The way to the kernel: what is asked, what is known without asking, and what the kernel tells by itself.

import { effect } from '@preact/signals';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CommSource, commSource, type Door } from './comm';
import { type ChartsArguments, type ConsoleLine, decodeCharts } from './protocol';
import { SourceError } from './source';

type Sent = { ask?: string; watch?: string[]; operation?: string; arguments?: Record<string, unknown> };

let sent: Sent[] = [];
let source: CommSource;

beforeEach(() => {
  sent = [];
  source = new CommSource(message => sent.push(message as Sent), '0'.repeat(32));
});

function charts(next: string): ArrayBuffer {
  const text = JSON.stringify({ charts: [], next, unchanged: false }).padEnd(92);
  const bytes = new Uint8Array(96);
  new DataView(bytes.buffer).setUint32(0, 92, true);
  bytes.set(new TextEncoder().encode(text), 4);
  return bytes.buffer;
}

function lines(from: number, to: number): ConsoleLine[] {
  return Array.from({ length: to - from }, (_, at) => ({
    index: from + at,
    time: 0,
    stream: 'stdout' as const,
    text: `line ${from + at}`,
  }));
}

function tell(operation: string, args: Record<string, unknown>, result: unknown, buffers: ArrayBuffer[] = []) {
  const answer = buffers.length ? { buffer: 0 } : { result };
  source.take({ store: 's', changed: ['a'], fresh: [{ operation, arguments: args, ...answer }] }, buffers);
}

describe('reading from the kernel', () => {
  it('asks, and takes the answer that is for it', async () => {
    const first = source.read('plots', { objects: ['a'] });
    const second = source.read('plots', { objects: ['b'] });
    expect(sent.map(({ operation }) => operation)).toEqual(['plots', 'plots']);
    source.take({ store: 's', answer: sent[1]?.ask, result: { plots: [2] } });
    source.take({ store: 's', answer: 'of another page', result: { plots: [3] } });
    source.take({ store: 's', answer: sent[0]?.ask, result: { plots: [1] } });
    expect(await first).toEqual({ plots: [1] });
    expect(await second).toEqual({ plots: [2] });
  });

  it('throws a refusal', async () => {
    const read = source.read('experiment', { id: 'a' });
    const error = { code: 'not_found', message: 'There is no such experiment.', field: 'id' };
    source.take({ store: 's', answer: sent[0]?.ask, error });
    await expect(read).rejects.toEqual(new SourceError('not_found', 'There is no such experiment.', 'id'));
  });

  it('asks nothing that the kernel keeps fresh, however much is left at its default', async () => {
    tell('single_values', { objects: ['a'] }, { items: [1] });
    expect(await source.read('single_values', { objects: ['a'] })).toEqual({ items: [1] });
    tell('charts', { objects: ['a'], points: 2000 }, null, [charts('c1')]);
    const args: ChartsArguments = {
      objects: ['a'],
      group_by: 'metric',
      xaxis: 'iterations',
      smoothing: 0,
      metrics: [],
    };
    expect(decodeCharts(await source.read('charts', { ...args, since: '' })).next).toBe('c1');
    expect(decodeCharts(await source.read('charts', { ...args, since: 'c0' })).next).toBe('c1');
    const again = decodeCharts(await source.read('charts', { ...args, since: 'c1' }));
    expect(again).toMatchObject({ charts: [], next: 'c1', unchanged: true });
    expect(sent).toEqual([]);
    void source.read('charts', { ...args, smoothing: 0.5 });
    expect(sent).toHaveLength(1);
  });

  it('is satisfied by what is told while an answer is awaited', async () => {
    const read = source.read('plots', { objects: ['a'] });
    tell('plots', { objects: ['a'] }, { plots: [4] });
    expect(await read).toEqual({ plots: [4] });
  });

  it('takes an answer that comes when nobody waits for it: the kernel tells it once', async () => {
    const question = { operation: 'plots', arguments: { objects: ['a'] } };
    const wake = vi.fn();
    source.watch(['a'], wake, new AbortController().signal);
    const content = source.read('plots', { objects: ['a'] });
    tell('plots', { objects: ['a'] }, { plots: [4] });
    await content;
    wake.mockClear();
    source.take({ store: 's', answer: sent[0]?.ask, result: { plots: [5] }, followed: question });
    expect(wake).toHaveBeenCalledOnce();
    expect(await source.read('plots', { objects: ['a'] })).toEqual({ plots: [5] });
    source.take({ store: 's', answer: 'of another page', result: { plots: [6] }, followed: question });
    expect(await source.read('plots', { objects: ['a'] })).toEqual({ plots: [6] });
    expect(sent.filter(({ ask }) => ask)).toHaveLength(1);
  });

  it('asks again for what is not followed any more', async () => {
    tell('plots', { objects: ['a'] }, { plots: [] });
    source.take({ store: 's', unfollowed: { operation: 'plots', arguments: { objects: ['a'] } } });
    void source.read('plots', { objects: ['a'] });
    expect(sent).toHaveLength(1);
  });

  it('gives up a read that is aborted', async () => {
    const abort = new AbortController();
    const read = source.read('plots', { objects: ['a'] }, abort.signal);
    abort.abort();
    await expect(read).rejects.toHaveProperty('name', 'AbortError');
  });
});

describe('the console', () => {
  const read = (after: number, limit = 1000) => source.read('console', { id: 'a', after, limit });

  it('begins with its end', async () => {
    tell('console', { id: 'a' }, { lines: lines(2000, 3000), next: 3000, total: 3000 });
    expect((await read(-1000)).lines).toEqual(lines(2000, 3000));
    expect((await read(2990, 4)).lines).toEqual(lines(2990, 2994));
    void read(1000);
    expect(sent[0]?.arguments).toEqual({ id: 'a', after: 1000, limit: 1000 });
  });

  it('goes on where it was', async () => {
    tell('console', { id: 'a' }, { lines: lines(0, 3), next: 3, total: 3 });
    tell('console', { id: 'a' }, { lines: lines(3, 5), next: 5, total: 5 });
    expect((await read(-1000)).lines.map(line => line.index)).toEqual([0, 1, 2, 3, 4]);
    expect(await read(3)).toEqual({ lines: lines(3, 5), next: 5, total: 5 });
    expect(await read(5)).toEqual({ lines: [], next: 5, total: 5 });
    expect(sent).toEqual([]);
  });

  it('asks for what is missing', () => {
    tell('console', { id: 'a' }, { lines: lines(0, 3), next: 3, total: 3 });
    tell('console', { id: 'a' }, { lines: lines(2000, 2003), next: 2003, total: 2003 });
    void read(3);
    expect(sent[0]?.arguments).toEqual({ id: 'a', after: 3, limit: 1000 });
  });
});

describe('what is on screen', () => {
  it('is woken by its experiments, and told to the kernel once it is settled', async () => {
    vi.useFakeTimers();
    const [one, other] = [new AbortController(), new AbortController()];
    const wake = vi.fn();
    source.watch(['a'], wake, one.signal);
    source.watch(['b'], () => undefined, other.signal);
    vi.advanceTimersByTime(1000);
    tell('plots', { objects: ['a'] }, { plots: [] });
    expect(wake).toHaveBeenCalledTimes(1);
    one.abort();
    tell('plots', { objects: ['a'] }, { plots: [1] });
    expect(wake).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(sent.map(({ watch }) => watch)).toEqual([['a', 'b'], ['b']]);
    vi.useRealTimers();
  });
});

/** What was asked: a source of an earlier test may still tell what it watched. */
const asked = () => sent.filter(({ ask }) => ask);

it('gives a file an address when it is here', async () => {
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:made' }));
  const seen: string[] = [];
  const stop = effect(() => {
    seen.push(source.fileUrl('a', 'hash'));
  });
  expect(seen[0]).toContain('data:image/gif');
  expect(asked()).toHaveLength(1);
  source.take({ store: 's', answer: asked()[0]?.ask, mime: 'image/png' }, [new ArrayBuffer(3)]);
  const blob = await source.blob('a', 'hash');
  expect([blob.size, blob.type]).toEqual([3, 'image/png']);
  await vi.waitFor(() => expect(seen.at(-1)).toBe('blob:made'));
  expect(asked()).toHaveLength(1);
  stop();
  vi.unstubAllGlobals();
});

it('lets go of a file some time after nothing shows it, and asks for it again', async () => {
  vi.useFakeTimers();
  const revokeObjectURL = vi.fn();
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:made', revokeObjectURL }));
  const shown = () => effect(() => void source.fileUrl('a', 'hash'));
  const answer = async () => {
    source.take({ store: 's', answer: asked().at(-1)?.ask, mime: 'image/png' }, [new ArrayBuffer(3)]);
    await vi.advanceTimersByTimeAsync(0);
  };
  const stop = shown();
  await answer();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(revokeObjectURL).not.toHaveBeenCalled();
  stop();
  await vi.advanceTimersByTimeAsync(1_000);
  const again = shown();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(revokeObjectURL).not.toHaveBeenCalled();
  expect(asked()).toHaveLength(1);
  again();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(revokeObjectURL).toHaveBeenCalledExactlyOnceWith('blob:made');
  shown()();
  expect(asked()).toHaveLength(2);
  // What comes when it is not wanted any more has no address either.
  await vi.advanceTimersByTimeAsync(600_000);
  await answer();
  expect(revokeObjectURL).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('loses nothing that was said before anybody looked', async () => {
  const said = {
    store: 's',
    changed: ['a'],
    fresh: [{ operation: 'plots', arguments: { objects: ['a'] }, result: 7 }],
  };
  const door: Door = {
    early: [[said]],
    take: () => undefined,
    send: message => sent.push(message),
    open: Promise.resolve(),
  };
  expect(await commSource(door, 's').read('plots', { objects: ['a'] })).toBe(7);
  expect(commSource(door, 's')).toBe(commSource(door, 's'));
  void commSource(door, 't').read('plots', { objects: ['a'] });
  await door.open;
  expect(sent.at(-1)).toMatchObject({ store: 't', operation: 'plots' });
});
