// The door of the embed page: one view fills the page, read with the cookie of the Jupyter server.

import { mount, sharedSource, type View } from '../ui';
import { pageRequest } from './request';
import './page.css';

/** What the server writes into the page. */
interface Page {
  view: View;
  baseUrl: string;
  theme?: 'light' | 'dark' | null;
}

function show(): void {
  const { view, baseUrl, theme } = JSON.parse(document.getElementById('trackkit-view')?.textContent ?? '') as Page;
  if (theme) {
    document.body.dataset.jpThemeLight = String(theme === 'light');
  }
  const source = sharedSource(pageRequest(baseUrl), view.store, { baseUrl });
  const root = document.createElement('main');
  document.body.append(root);
  mount(root, view, source, new AbortController().signal);
}

show();
