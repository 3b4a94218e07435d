// Times told relative to now, exact on hover.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { exact, milliseconds, relative } from './format';

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

export function RelativeTime({ time }: { time: string | number | null }) {
  const current = useNow();
  const ms = milliseconds(time);
  if (ms === null) {
    return <span>–</span>;
  }
  return (
    <time dateTime={new Date(ms).toISOString()} title={exact(ms)}>
      {relative(ms, current)}
    </time>
  );
}
