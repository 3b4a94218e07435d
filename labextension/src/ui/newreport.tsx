// The window that makes a report, by itself over a page of the host.

import { signal as stateOf } from '@preact/signals';
import { render } from 'preact';
import { followTheme, ThemeProvider } from './parts/theme';
import { ToastProvider } from './parts/toast';
import type { Source } from './source';
import { type Host, type Standing, StandingProvider } from './standing';
import { NewReport } from './views/reports/newreport';
import './styles/menu.css';

interface Asked {
  source: Source;
  host: Host;
  /** An open notebook, which becomes the report. */
  notebook: string | null;
}

/** Ask for name, project and description; resolves when the window is closed: whether a report was made. */
export async function askNewReport({ source, host, notebook }: Asked): Promise<boolean> {
  const place = document.createElement('div');
  place.className = 'trackkit tk-over';
  place.dataset.lmSuppressShortcuts = 'true';
  document.body.append(place);
  const shown = new AbortController();
  const theme = followTheme(place, null, shown.signal);
  const standing: Standing = {
    mode: stateOf(null),
    root: place,
    host,
    switchTo: () => undefined,
    viewOf: () => null,
  };
  const { projects } = await source.read('reports', { page_size: 1 }).catch(() => ({ projects: [] }));
  const named = notebook
    ?.split('/')
    .pop()
    ?.replace(/\.ipynb$/, '');
  const made = await new Promise<boolean>(resolve =>
    render(
      <ThemeProvider value={theme}>
        <StandingProvider value={standing}>
          <ToastProvider>
            <NewReport
              source={source}
              project=""
              projects={projects.map(each => each.name)}
              {...(notebook === null ? {} : { notebook })}
              {...(named ? { name: named } : {})}
              onMade={() => resolve(true)}
              onClose={() => resolve(false)}
            />
          </ToastProvider>
        </StandingProvider>
      </ThemeProvider>,
      place,
    ),
  );
  render(null, place);
  shown.abort();
  place.remove();
  return made;
}
