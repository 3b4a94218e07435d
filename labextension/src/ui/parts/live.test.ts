import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, SourceError } from '../source';
import { LiveRead } from './live';

/** Reads that stay open until the test settles them. */
function reads() {
  const open: { resolve: (value: string) => void; reject: (reason: Error) => void; signal: AbortSignal }[] = [];
  const live = new LiveRead<string>(signal => new Promise((resolve, reject) => open.push({ resolve, reject, signal })));
  const settle = async (act: () => void) => {
    act();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { open, live, settle };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('LiveRead', () => {
  it('reads once more, not three times, when woken thrice while reading', async () => {
    const { open, live, settle } = reads();
    live.wake();
    live.wake();
    live.wake();
    expect(open).toHaveLength(1);
    await settle(() => open[0]?.resolve('old'));
    await vi.advanceTimersByTimeAsync(0);
    expect(open).toHaveLength(2);
    await settle(() => open[1]?.resolve('new'));
    expect(open).toHaveLength(2);
    expect(live.value.value).toBe('new');
  });

  it('gives a slow server a rest between reads, but asks a new question at once', async () => {
    const { open, live, settle } = reads();
    live.wake();
    await vi.advanceTimersByTimeAsync(300);
    await settle(() => open[0]?.resolve('slow'));
    live.wake();
    await vi.advanceTimersByTimeAsync(599);
    expect(open).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(open).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(100);
    await settle(() => open[1]?.resolve('slow again'));
    live.restart();
    expect(open).toHaveLength(3);
  });

  it('shows a skeleton only when the first answer is late', async () => {
    const { open, live, settle } = reads();
    live.wake();
    await vi.advanceTimersByTimeAsync(149);
    expect(live.late.value).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(live.late.value).toBe(true);
    await settle(() => open[0]?.resolve('there'));
    expect(live.late.value).toBe(false);
  });

  it('keeps what it shows while the connection is lost, and tries again', async () => {
    const { open, live, settle } = reads();
    live.wake();
    await settle(() => open[0]?.resolve('shown'));
    live.wake();
    await settle(() => open[1]?.reject(new ConnectionError()));
    expect([live.value.value, live.error.value]).toEqual(['shown', null]);
    await vi.advanceTimersByTimeAsync(500);
    await settle(() => open[2]?.resolve('back'));
    expect(live.value.value).toBe('back');
  });

  it('names a refusal and forgets it with the next answer', async () => {
    const { open, live, settle } = reads();
    live.wake();
    await settle(() => open[0]?.reject(new SourceError('not_found', 'There is no such experiment.')));
    expect(live.error.value?.message).toBe('There is no such experiment.');
    live.wake();
    await settle(() => open[1]?.resolve('found'));
    expect(live.error.value).toBeNull();
  });

  it('drops the answer to a question that was replaced', async () => {
    const { open, live, settle } = reads();
    live.wake();
    live.restart();
    expect(open[0]?.signal.aborted).toBe(true);
    await settle(() => open[1]?.resolve('new'));
    await settle(() => open[0]?.resolve('old'));
    expect(live.value.value).toBe('new');
  });
});
