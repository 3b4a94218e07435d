// The attempts of the cells of a notebook, each beneath the cell that started them; from the second experiment on.

import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { type PanelLayout, Widget } from '@lumino/widgets';
import type { View } from '../ui';
import type { Shown } from '../ui/attempts';
import type { Shelf } from './commands';
import { onRun } from './ours';
import type { LabServer } from './server';

const VIEW = 'application/vnd.trackkit.view+json';
/** Of cells that run one after the other it is looked once, a little later. */
const REST_MS = 250;

interface Signal {
  connect(slot: () => void): boolean;
}

interface SharedCell {
  source: string;
  setSource(source: string): void;
}

/** What is needed of a notebook's cell, of any version of JupyterLab. */
interface Cell extends Widget {
  model: {
    id: string;
    type: string;
    sharedModel: SharedCell;
    outputs?: { length: number; get(at: number): { data: Record<string, unknown> } };
  };
  readOnly: boolean;
  layout: PanelLayout;
  /** Until then a cell far from the screen has no input yet. */
  ready: Promise<void>;
}

export interface NotebookPanel extends Widget {
  content: Widget & { widgets: readonly Cell[] };
  context: DocumentRegistry.Context;
}

/** Show them in a notebook, as long as it is open. */
export async function followNotebook(panel: NotebookPanel, server: LabServer, shelf: Shelf | null): Promise<void> {
  await panel.context.ready;
  if (panel.isDisposed || !(await server.hasExtension())) {
    return;
  }
  const strips = new Map<Cell, Strip>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  const look = async () => {
    if (looking || panel.isDisposed) {
      return;
    }
    looking = true;
    try {
      await bring(panel, strips, server, shelf);
    } catch {
      // The server is away: the next cell that ends looks again.
    }
    looking = false;
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), REST_MS);
  };
  onRun(panel.context, soon);
  (panel.context.pathChanged as unknown as Signal).connect(soon);
  panel.disposed.connect(() => clearTimeout(timer));
  soon();
}

async function bring(
  panel: NotebookPanel,
  strips: Map<Cell, Strip>,
  server: LabServer,
  shelf: Shelf | null,
): Promise<void> {
  const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
  for (const [cell, strip] of strips) {
    if (cell.isDisposed || !cells.includes(cell)) {
      strip.dispose();
      strips.delete(cell);
    }
  }
  const store = cells.map(storeOf).find(found => found) ?? (await defaultStore(server));
  if (!store || cells.length === 0) {
    return;
  }
  const ui = await import('../ui');
  const source = ui.sharedSource(server.request, store, { baseUrl: server.baseUrl });
  const notebook = panel.context.path.replace(/^[^/:]+:/, ''); // without the name of a drive
  const ids = cells.slice(0, 500).map(cell => cell.model.id);
  const { experiments } = await source.read('attempted', { cells: ids, notebook });
  for (const cell of cells) {
    const known = strips.get(cell);
    if (known) {
      known.refresh();
    } else if ((experiments[cell.model.id] ?? 0) > 1 && !cell.isDisposed) {
      const { showAttempts } = await import('../ui/attempts');
      const open = (id: string, name: string) => {
        const view: View = {
          version: 1,
          kind: 'experiment',
          store,
          objects: [id],
          query: null,
          options: {},
          title: name,
        };
        shelf?.host('compact', store).open(view);
      };
      const list = (query: string) => shelf?.host('compact', store).desk?.table(store, { query });
      strips.set(
        cell,
        new Strip(cell, (el, put, signal) => showAttempts(el, source, { ...put, notebook, open, list }, signal)),
      );
    }
  }
}

type Show = (
  el: HTMLElement,
  put: { cell: string; put: (code: string) => (() => void) | string },
  signal: AbortSignal,
) => Shown;

/** What stands beneath a cell. */
class Strip {
  private readonly widget = new Widget();
  private readonly life = new AbortController();
  private readonly shown: Shown;

  constructor(cell: Cell, show: Show) {
    this.widget.addClass('trackkit-attempts');
    this.shown = show(this.widget.node, { cell: cell.model.id, put: code => put(cell, code) }, this.life.signal);
    void cell.ready.then(() => {
      if (!cell.isDisposed && !this.life.signal.aborted) {
        // Before the footer, which is the last one: clicks there add a cell.
        cell.layout.insertWidget(Math.max(0, cell.layout.widgets.length - 1), this.widget);
      }
    });
    this.widget.disposed.connect(() => this.life.abort());
  }

  refresh(): void {
    this.shown.refresh();
  }

  dispose(): void {
    this.life.abort();
    this.widget.dispose();
  }
}

/** Put code into a cell, as if it had been typed: undoing works. */
function put(cell: Cell, code: string): (() => void) | string {
  if (cell.isDisposed) {
    return 'This cell is not in the notebook any more.';
  }
  if (cell.model.type !== 'code') {
    return 'This cell is no code cell any more.';
  }
  if (cell.readOnly) {
    return 'This cell is locked against edits: unlock it, then put the code back.';
  }
  const { sharedModel } = cell.model;
  const before = sharedModel.source;
  sharedModel.setSource(code);
  return () => {
    if (!cell.isDisposed && sharedModel.source === code) {
      sharedModel.setSource(before);
    }
  };
}

/** The store of a view in the outputs of a cell. */
function storeOf(cell: Cell): View['store'] | null {
  const { outputs } = cell.model;
  for (let at = 0; outputs && at < outputs.length; at += 1) {
    const view = outputs.get(at).data[VIEW] as Partial<View> | undefined;
    if (typeof view?.store?.id === 'string') {
      return { id: view.store.id, path: null };
    }
  }
  return null;
}

async function defaultStore(server: LabServer): Promise<View['store'] | null> {
  const answer = await server.request('trackkit/api/about', { method: 'GET' });
  const { default_store } = (await answer.json()) as { default_store?: string | null };
  return default_store ? { id: default_store, path: null } : null;
}
