// More of a sampled chart than is held: the part in view in detail, or every point there is.

import { effect, type ReadonlySignal, type Signal, signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ChartOptions } from './chart';
import type { Range } from './extent';
import type { Zoom } from './gestures';
import { type LineModel, sampling } from './model';
import { ALL_POINTS, type CurveReader, type Slot } from './reader';
import { sentenceOf } from './said';

/** A zoom asks for detail when it has come to rest for this long. */
const REST_MS = 60;

type Part = [from: number | null, to: number | null];

/** The part of the horizontal axis that is looked at; null where that is all of it. */
export function partOf({ x, all }: Zoom, { bounds }: ChartOptions): Part | null {
  if (x) {
    return x;
  }
  const [from, to] = all ? [null, null] : bounds.x;
  return from === null && to === null ? null : [from, to];
}

/** A little more than is seen, so that lines leave the frame rather than end at it. */
function roomFor([from, to]: Part): { x_from?: number; x_to?: number } {
  const room = from !== null && to !== null ? (to - from) * 0.05 : 0;
  return { ...(from !== null && { x_from: from - room }), ...(to !== null && { x_to: to + room }) };
}

/** While a sampled chart is zoomed: the part in view, read in detail, and again when there is more of it. */
export function useDetail(
  slot: Slot,
  reader: CurveReader,
  zoom: Signal<Zoom>,
  options: Signal<ChartOptions>,
): ReadonlySignal<LineModel | null> {
  const detail = useMemo(() => signal<LineModel | null>(null), [slot]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading: AbortController | null = null;
    let seen: LineModel | null = null;
    let place = '';
    const stopReading = () => {
      clearTimeout(timer);
      timer = undefined;
      reading?.abort();
      reading = null;
    };
    const later = () => {
      // A live chart changes all the time: what is planned or under way goes on.
      if (!timer && !reading) {
        timer = setTimeout(read, REST_MS);
      }
    };
    const read = async () => {
      timer = undefined;
      const part = partOf(zoom.peek(), options.peek());
      if (!part) {
        return;
      }
      seen = slot.model.peek();
      const mine = new AbortController();
      reading = mine;
      try {
        const found = await reader.read(slot, roomFor(part), mine.signal);
        if (found && !mine.signal.aborted) {
          detail.value = found;
        }
      } catch {
        // The coarser drawing stays.
      }
      if (reading === mine) {
        reading = null;
        if (seen !== slot.model.peek()) {
          later();
        }
      }
    };
    const stop = effect(() => {
      const part = partOf(zoom.value, options.value);
      const whole = slot.model.value;
      const now = JSON.stringify(part);
      if (now !== place) {
        place = now;
        stopReading();
      }
      if (part && whole && sampling(whole)) {
        later();
      } else {
        stopReading();
        detail.value = null;
      }
    });
    return () => {
      stop();
      stopReading();
    };
  }, [slot, reader]);
  return detail;
}

/** Every point, read again when there are more, one reading at a time; null until it is there, and where nothing is left out. */
export function useEvery(
  slot: Slot,
  reader: CurveReader,
  say: (text: string) => void,
): ReadonlySignal<LineModel | null> {
  const full = useSignal<LineModel | null>(null);
  useEffect(() => {
    const closing = new AbortController();
    let reading = false;
    let again = false;
    const read = async () => {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      try {
        full.value = await reader.read(slot, { points: ALL_POINTS }, closing.signal);
      } catch (reason) {
        if (!closing.signal.aborted) {
          say(sentenceOf(reason));
        }
      }
      reading = false;
      if (again && !closing.signal.aborted) {
        again = false;
        void read();
      }
    };
    const stop = effect(() => {
      const current = slot.model.value;
      if (current && sampling(current)) {
        void read();
      } else {
        full.value = null;
      }
    });
    return () => {
      stop();
      closing.abort();
    };
  }, [slot, reader]);
  return full;
}

/** The points between two places, every one of them, to be counted. */
export async function everyPoint(
  slot: Slot,
  reader: CurveReader,
  held: LineModel,
  [x_from, x_to]: Range,
): Promise<LineModel> {
  return sampling(held) ? ((await reader.read(slot, { points: ALL_POINTS, x_from, x_to })) ?? held) : held;
}
