// Light or dark, and a signal that changes when the host's theme does, so that canvases can be drawn again.

import { type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Theme {
  dark: boolean;
  /** Grows with every change of theme: whoever draws on a canvas reads the tokens again. */
  version: number;
}

const ThemeContext = createContext<ReadonlySignal<Theme>>(signal({ dark: false, version: 0 }));

export const ThemeProvider = ThemeContext.Provider;

export function useTheme(): ReadonlySignal<Theme> {
  return useContext(ThemeContext);
}

/** Follow the host's theme on `root` until `abort`; `own` is a theme asked for by the view itself. */
export function followTheme(root: HTMLElement, own: Theme['dark'] | null, abort: AbortSignal): ReadonlySignal<Theme> {
  const { body } = root.ownerDocument;
  const system = root.ownerDocument.defaultView?.matchMedia?.('(prefers-color-scheme: dark)');
  const isDark = () => own ?? hostIsDark(body) ?? system?.matches ?? false;
  const theme = signal<Theme>({ dark: isDark(), version: 0 });
  const apply = (dark: boolean) => {
    root.dataset.tkTheme = dark ? 'dark' : 'light';
  };
  const follow = () => {
    const dark = isDark();
    apply(dark); // first: whoever hears of the change reads the tokens at once
    theme.value = { dark, version: theme.peek().version + 1 };
  };
  if (own !== null) {
    root.dataset.tkOwn = '';
  }
  apply(theme.peek().dark);
  const observer = new MutationObserver(follow);
  observer.observe(body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name', 'class'] });
  system?.addEventListener('change', follow, { signal: abort });
  abort.addEventListener('abort', () => observer.disconnect(), { once: true });
  return theme;
}

function hostIsDark(body: HTMLElement): boolean | null {
  const light = body.dataset.jpThemeLight;
  if (light !== undefined) {
    return light === 'false';
  }
  if (body.classList.contains('vscode-dark') || body.classList.contains('vscode-high-contrast')) {
    return true;
  }
  return body.classList.contains('vscode-light') ? false : null;
}
