// The attempts of a cell, shown in an element beneath it until the signal aborts.

import { type ReadonlySignal, signal as stateOf } from '@preact/signals';
import { render } from 'preact';
import { followKeys } from './parts/keys';
import { lazy } from './parts/lazy';
import { ActiveProvider, followScreen } from './parts/live';
import { followTheme, ThemeProvider } from './parts/theme';
import { ToastProvider } from './parts/toast';
import type { Source } from './source';
import type { CellPlace } from './views/attempts';

const Attempts = lazy(
  async () => (await import('./views/attempts')).Attempts,
  () => null,
);

export interface Shown {
  /** The cell may have been executed again. */
  refresh(): void;
}

export function showAttempts(el: HTMLElement, source: Source, place: CellPlace, signal: AbortSignal): Shown {
  const root = el.ownerDocument.createElement('div');
  root.className = 'trackkit';
  root.dataset.kind = 'attempts';
  root.dataset.lmSuppressShortcuts = 'true';
  el.replaceChildren(root);
  const executed = stateOf(0);
  followKeys(root, signal);
  render(
    <ThemeProvider value={followTheme(root, null, signal)}>
      <ActiveProvider value={followScreen(root, signal)}>
        <ToastProvider>
          <Following source={source} place={place} executed={executed} />
        </ToastProvider>
      </ActiveProvider>
    </ThemeProvider>,
    root,
  );
  signal.addEventListener('abort', () => render(null, root), { once: true });
  return {
    refresh: () => {
      executed.value += 1;
    },
  };
}

function Following(props: { source: Source; place: CellPlace; executed: ReadonlySignal<number> }) {
  return <Attempts source={props.source} place={props.place} executed={props.executed.value} />;
}
