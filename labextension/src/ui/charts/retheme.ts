// Draws again when the theme changed: what is on a canvas does not follow the tokens by itself.

import { effect, type ReadonlySignal } from '@preact/signals';
import type { Theme } from '../parts/theme';

/** Style sheets of a theme can arrive after the theme is announced. */
const LATE_MS = 300;

/** Calls `draw` after each change of theme, once its tokens hold; returns what stops it. */
export function onTheme(theme: ReadonlySignal<Theme>, draw: () => void): () => void {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const first = theme.peek().version;
  const stop = effect(() => {
    if (theme.value.version === first) {
      return;
    }
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = requestAnimationFrame(draw);
    timer = setTimeout(draw, LATE_MS);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
