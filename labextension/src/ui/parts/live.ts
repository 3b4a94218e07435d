// Reading that stays current: one read at a time, again when something changed, only while it is looked at.

import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef } from 'preact/hooks';
import { ConnectionError, isAbort, type Source, SourceError } from '../source';

/** A skeleton is shown only when an answer takes longer than this. */
export const LATE_MS = 150;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** After a read there is a rest this many times as long, so that a slow server is not asked without pause. */
const REST_SHARE = 2;
const LONGEST_REST_MS = 5_000;

/** Whether what is inside can be seen: on screen, and in the selected tab. */
const ActiveContext = createContext<ReadonlySignal<boolean>>(signal(true));

export const ActiveProvider = ActiveContext.Provider;

export function useActive(): ReadonlySignal<boolean> {
  return useContext(ActiveContext);
}

export type Read<T> = (signal: AbortSignal, before: T | undefined) => Promise<T>;

export class LiveRead<T> {
  /** The newest answer; kept while a newer one is on its way and when it fails. */
  readonly value = signal<T | undefined>(undefined);
  readonly error = signal<SourceError | null>(null);
  /** True when the first answer is overdue: time for a skeleton. */
  readonly late = signal(false);
  private reading: AbortController | null = null;
  private again = false;
  private resting = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly lateTimer: ReturnType<typeof setTimeout>;

  /** `rest` is the least time in milliseconds between two reads that nobody but the experiment asked for. */
  constructor(
    private readonly read: Read<T>,
    private readonly rest = 0,
  ) {
    this.lateTimer = setTimeout(() => {
      this.late.value = this.value.peek() === undefined && this.error.peek() === null;
    }, LATE_MS);
  }

  /** Something changed: read, or read once more after the read under way and its rest. */
  wake(): void {
    if (this.reading || this.resting) {
      this.again = true;
    } else {
      void this.run();
    }
  }

  /** The question changed: drop the read under way and ask anew. */
  restart(): void {
    this.stop();
    void this.run();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.reading?.abort();
    this.reading = null;
    this.again = false;
    this.resting = false;
  }

  dispose(): void {
    this.stop();
    clearTimeout(this.lateTimer);
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    const reading = new AbortController();
    this.reading = reading;
    const began = performance.now();
    let pause = 0;
    try {
      const value = await this.read(reading.signal, this.value.peek());
      if (this.reading !== reading) {
        return;
      }
      this.failures = 0;
      this.value.value = value;
      this.error.value = null;
      this.late.value = false;
    } catch (reason) {
      if (this.reading !== reading) {
        return;
      }
      pause = this.fail(reason);
    }
    this.reading = null;
    const took = performance.now() - began;
    this.pause(Math.max(pause, this.rest, Math.min(REST_SHARE * took, LONGEST_REST_MS)));
  }

  private pause(ms: number): void {
    this.resting = true;
    this.timer = setTimeout(() => {
      this.resting = false;
      if (this.again) {
        this.again = false;
        void this.run();
      }
    }, ms);
  }

  /** Note what went wrong; returns how long to wait before the next read. */
  private fail(reason: unknown): number {
    if (reason instanceof ConnectionError || isAbort(reason)) {
      const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 0;
      this.failures += 1;
      this.again = true;
      return delay;
    }
    const words = reason instanceof Error ? reason.message : String(reason);
    this.late.value = false;
    this.error.value =
      reason instanceof SourceError ? reason : new SourceError('unexpected', `This part could not be read: ${words}`);
    return 0;
  }
}

/** Read now, again when `deps` change, and whenever one of `ids` changes while this is looked at. */
export function useLive<T>(
  source: Source,
  ids: readonly string[],
  read: Read<T>,
  deps: unknown[] = [],
  rest = 0,
): LiveRead<T> {
  const active = useActive();
  const question = useRef(read);
  question.current = read;
  const live = useMemo(() => new LiveRead<T>((signal, before) => question.current(signal, before), rest), [source]);
  const key = ids.join();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current && active.peek()) {
      live.restart();
    }
  }, deps);
  useEffect(() => {
    const stop = effect(() => {
      if (!active.value) {
        return;
      }
      asked.current = true;
      const watching = new AbortController();
      live.wake();
      source.watch(key ? key.split(',') : [], () => live.wake(), watching.signal);
      return () => watching.abort();
    });
    return stop;
  }, [live, key]);
  useEffect(() => () => live.dispose(), [live]);
  return live;
}

/** Follow whether `element` is on screen, until `abort`. */
export function followScreen(element: HTMLElement, abort: AbortSignal): ReadonlySignal<boolean> {
  const visible = signal(true);
  if (typeof IntersectionObserver !== 'undefined') {
    const observer = new IntersectionObserver(entries => {
      visible.value = entries.at(-1)?.isIntersecting ?? true;
    });
    observer.observe(element);
    abort.addEventListener('abort', () => observer.disconnect(), { once: true });
  }
  return computed(() => visible.value);
}
