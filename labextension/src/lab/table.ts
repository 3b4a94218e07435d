// The tables of experiments and models as main-area pages of the Lab; fetched when one is first opened.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import type { ObjectType } from '../ui/protocol';
import type { LabServer } from './server';

const TITLES: Record<ObjectType, string> = { experiment: 'Experiments', model: 'Models' };
const NO_STORE =
  'There is no store yet: run track.start() in a notebook, or `trackkit init` in a folder, then open this page again.';
const NO_EXTENSION =
  'The Jupyter server does not have the trackkit_jupyter extension enabled: run ' +
  '`jupyter server extension enable trackkit_jupyter` where it runs, then restart it.';

/** Open the page, or show the one that is open. */
export async function openTable(app: JupyterFrontEnd, server: LabServer, of: ObjectType): Promise<void> {
  const title = TITLES[of];
  const id = `trackkit-${title.toLowerCase()}`;
  if ([...app.shell.widgets('main')].some(widget => widget.id === id)) {
    app.shell.activateById(id);
    return;
  }
  const content = new Widget();
  content.addClass('jp-RenderedTrackkit');
  content.node.dataset.lmSuppressShortcuts = 'true';
  content.node.style.height = '100%';
  const page = new MainAreaWidget({ content });
  page.id = id;
  page.title.label = title;
  page.title.caption = `The ${title.toLowerCase()} of this store`;
  page.title.closable = true;
  page.toolbar.hide();
  const shown = new AbortController();
  content.disposed.connect(() => shown.abort());
  app.shell.add(page, 'main');
  app.shell.activateById(id);
  await fill(content.node, server, of, shown.signal);
}

async function fill(node: HTMLElement, server: LabServer, of: ObjectType, signal: AbortSignal): Promise<void> {
  const [ui, store] = await Promise.all([import('../ui'), defaultStore(server)]);
  if (signal.aborted) {
    return;
  }
  const { baseUrl, request } = server;
  const text = (await server.hasExtension()) ? NO_STORE : NO_EXTENSION;
  const source = ui.sharedSource(request, { id: store ?? '' }, { baseUrl });
  const common = { version: 1, store: { id: store ?? '', path: null }, objects: [], query: null };
  const view = store
    ? { ...common, kind: 'table' as const, options: { height: '100%', object_type: of }, title: TITLES[of] }
    : { ...common, kind: 'message' as const, options: { text }, title: '' };
  ui.mount(node, view, source, signal);
}

async function defaultStore(server: LabServer): Promise<string | null> {
  try {
    const answer = await server.request('trackkit/api/about', { method: 'GET' });
    const about = (await answer.json()) as { default_store?: string | null; stores?: string[] };
    return about.default_store ?? about.stores?.at(-1) ?? null;
  } catch {
    return null;
  }
}
