// The tables of experiments and models as main-area pages of the Lab; fetched when one is first opened.

import { MainAreaWidget } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import type { View } from '../ui';
import type { ObjectType } from '../ui/protocol';
import { dragCells } from './dragging';
import { experiments, models } from './icon';
import { ENABLE, type KnownStore, knownStores, meant, NO_EXTENSION, NO_STORE } from './stores';
import type { Door } from './tokens';

/** Height of a table below a notebook, at least. */
const BELOW = '40vh';
const TITLES: Record<ObjectType, string> = { experiment: 'Experiments', model: 'Models' };

interface Asked {
  query?: unknown;
  /** Id of an experiment to be shown beside it. */
  opened?: unknown;
  store?: unknown;
}

/** By what a cell opens a store: by itself, or by its folder; false where it cannot. */
function placeOf(store: KnownStore | undefined): boolean | string {
  return store ? store.usual || store.folder : false;
}

/** The page, and what a person chose in it. */
class TablePage extends Widget {
  private shown = new AbortController();
  private store: View['store'] | null = null;
  private chosen: Record<string, unknown> = {};

  constructor(
    private readonly door: Door,
    private readonly of: ObjectType,
  ) {
    super();
    this.addClass('jp-RenderedTrackkit');
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.node.style.height = '100%';
  }

  /** Show the table; what was chosen before stays but for what is asked now. */
  async present(asked: Asked): Promise<void> {
    this.shown.abort();
    this.shown = new AbortController();
    const { signal } = this.shown;
    const { server, shelf, onShown } = this.door;
    const named = asked.store as View['store'] | undefined;
    const [ui, there, known] = await Promise.all([import('../ui'), server.hasExtension(), knownStores(server)]);
    if (signal.aborted) {
      return;
    }
    const usual = meant(known);
    const found = named ?? this.store ?? (usual && { id: usual.id, path: null });
    this.store = found;
    const store = found ?? { id: '', path: null };
    const { baseUrl, request } = server;
    const source = ui.sharedSource(request, store, { baseUrl });
    const common = { version: 1, store, objects: [], query: null };
    if (!found || !there) {
      const said = there ? { text: NO_STORE, code: 'trackkit init' } : { text: NO_EXTENSION, code: ENABLE };
      ui.mount(this.node, { ...common, kind: 'message', options: said, title: '' }, source, signal);
      this.store = null;
      return;
    }
    dragCells(this.node, signal);
    const { opened, ...kept } = this.chosen;
    const query =
      typeof asked.query === 'string'
        ? { query: asked.query, filters: {}, group_by: '', archived: false, selected: [] }
        : {};
    const options: Record<string, unknown> = {
      ...kept,
      object_type: this.of,
      ...query,
      opened: asked.opened,
      cells: placeOf(known.find(one => one.id === store.id)),
      height: '100%',
    };
    const keep = (patch: Record<string, unknown>) => {
      this.chosen = { ...this.chosen, ...patch };
    };
    keep(query);
    const { desk: _, ...host } = shelf?.host('compact', store) ?? {};
    ui.mount(
      this.node,
      { ...common, kind: 'table', options, title: TITLES[this.of] },
      source,
      signal,
      keep,
      'mode' in host ? host : null,
    );
    onShown(store);
  }

  override dispose(): void {
    this.shown.abort();
    super.dispose();
  }
}

/** Open the page, or show the one that is open; with a query or an experiment, it shows these. */
export async function openTable(door: Door, of: ObjectType, asked: Asked): Promise<void> {
  const { shell } = door.app;
  const title = TITLES[of];
  const id = `trackkit-${title.toLowerCase()}`;
  // Notebook has one place for one notebook: there the table stands below it.
  const area = door.shelf ? 'main' : 'down';
  const open = [...shell.widgets(area)].find(widget => widget.id === id);
  if (open) {
    shell.activateById(id);
    if ((asked.query ?? asked.opened) !== undefined) {
      await ((open as MainAreaWidget).content as TablePage).present(asked);
    }
    return;
  }
  const content = new TablePage(door, of);
  const page = new MainAreaWidget({ content });
  page.id = id;
  page.title.label = title;
  page.title.caption = `The ${title.toLowerCase()} of this store`;
  page.title.icon = of === 'model' ? models : experiments;
  page.title.closable = true;
  page.toolbar.hide();
  if (area === 'down') {
    content.node.style.minHeight = BELOW; // of itself, what stands below is as high as its tab
  }
  shell.add(page, area);
  void door.shelf?.tables.add(page);
  shell.activateById(id);
  await content.present(asked);
}
