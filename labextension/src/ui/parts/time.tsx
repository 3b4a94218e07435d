// Times told relative to now, exact on hover.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { duration, exact, milliseconds, relative } from './format';

const now = signal(Date.now());
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all relative times, ticking only while any is shown. */
function useNow(): number {
  useEffect(() => {
    now.value = Date.now();
    readers += 1;
    timer ??= setInterval(() => {
      now.value = Date.now();
    }, 5_000);
    return () => {
      readers -= 1;
      if (readers === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return now.value;
}

/** `brief`: "3 min" rather than "3 min ago". */
export function RelativeTime({ time, brief = false }: { time: string | number | null; brief?: boolean }) {
  const current = useNow();
  const ms = milliseconds(time);
  if (ms === null) {
    return <span>–</span>;
  }
  const text = relative(ms, current);
  return (
    <time dateTime={new Date(ms).toISOString()} title={exact(ms)}>
      {brief ? text.replace(/ ago$/, '').replace(/^just now$/, 'now') : text}
    </time>
  );
}

/** How long something lasts by now; `ahead`: by how many milliseconds the clock that told `since` is ahead of this one. */
export function Elapsed({ since, ahead = 0 }: { since: string | null; ahead?: number }) {
  const current = useNow();
  const ms = milliseconds(since);
  return ms === null ? null : <span title={`Since ${exact(ms)}`}>{duration(current + ahead - ms)}</span>;
}
