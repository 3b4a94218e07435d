// The reports page in the main area of the Lab, and the window that makes a report; fetched when one is first opened.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, MainAreaWidget, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import type { Host, View } from '../ui';
import { reports as icon } from './icon';
import type { LabServer } from './server';
import { defaultStore, ENABLE, NO_EXTENSION, NO_STORE } from './stores';

const ID = 'trackkit-reports';

/** Open the page, or show the one that is open. */
export async function openReports(app: JupyterFrontEnd, server: LabServer, host: Host): Promise<void> {
  if ([...app.shell.widgets('main')].some(widget => widget.id === ID)) {
    app.shell.activateById(ID);
    return;
  }
  const content = new Widget();
  content.addClass('jp-RenderedTrackkit');
  content.node.dataset.lmSuppressShortcuts = 'true';
  content.node.style.height = '100%';
  const page = new MainAreaWidget({ content });
  page.id = ID;
  page.title.label = 'Reports';
  page.title.caption = 'The reports of this store';
  page.title.icon = icon;
  page.title.closable = true;
  page.toolbar.hide();
  const shown = new AbortController();
  content.disposed.connect(() => shown.abort());
  app.shell.add(page, 'main');
  app.shell.activateById(ID);
  const [ui, store] = await Promise.all([import('../ui'), defaultStore(server)]);
  if (!shown.signal.aborted) {
    const { baseUrl, request } = server;
    const source = ui.sharedSource(request, { id: store?.id ?? '' }, { baseUrl });
    const common = { version: 1, store: { id: store?.id ?? '', path: null }, objects: [], query: null };
    const view: View = store
      ? { ...common, kind: 'reports', options: { height: '100%' }, title: 'Reports' }
      : { ...common, kind: 'message', options: { text: NO_STORE }, title: '' };
    ui.mount(content.node, view, source, shown.signal, undefined, host);
  }
}

/** Ask for name, project and description; resolves when the window is closed. */
export async function newReport(server: LabServer, host: Host, notebook: string | null): Promise<void> {
  const [ui, store] = await Promise.all([import('../ui'), defaultStore(server)]);
  if (store === null) {
    const body = (await server.hasExtension()) ? NO_STORE : `${NO_EXTENSION} ${ENABLE}`;
    await showDialog({ title: 'New report', body, buttons: [Dialog.okButton()] });
    return;
  }
  const { baseUrl, request } = server;
  await ui.askNewReport({ source: ui.sharedSource(request, { id: store.id }, { baseUrl }), host, notebook });
}
