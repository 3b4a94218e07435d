// The door of the embed page: one view fills the page, read with the cookie of the Jupyter server.

import { mount, sharedSource, type View } from '../ui';
import { pageRequest, reaches } from './request';

/** What the server writes into the page. */
interface Page {
  view: View;
  baseUrl: string;
  theme?: 'light' | 'dark' | null;
}

function show(): void {
  const { view, baseUrl, theme } = JSON.parse(document.getElementById('trackkit-view')?.textContent ?? '') as Page;
  // The frame around the page has the size that was asked for: inside, the view takes all of it.
  const options: View['options'] = { ...view.options, width: '100%', height: '100vh', whole: true };
  if (theme) {
    options.theme = theme;
  }
  const root = document.createElement('main');
  document.body.append(root);
  const source = sharedSource(pageRequest(baseUrl), view.store, { baseUrl, reaches });
  mount(root, { ...view, options }, source, new AbortController().signal);
}

show();
