// The notebooks that are open in the Lab: where embeds can be put.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';
import type { Desk, OpenNotebook } from '../ui/embedding/desk';
import { change, put, saved } from './inserting';
import { lookAgain } from './reportdesk';
import type { LabServer } from './server';

export interface SharedCell {
  id: string;
  cell_type: string;
  source: string;
  setSource(source: string): void;
  setOutputs?(outputs: object[]): void;
}

interface SharedNotebook {
  cells: SharedCell[];
  metadata: Record<string, unknown>;
  transact(change: () => void): void;
  insertCells(at: number, cells: object[]): SharedCell[];
  deleteCell(at: number): void;
}

/** What we use of a notebook's panel; its package is not ours to load. */
export interface NotebookPanel extends Widget {
  context: { path: string; model: { readOnly: boolean; sharedModel: SharedNotebook } };
  content: {
    activeCellIndex: number;
    widgets: readonly { node: HTMLElement; model: { sharedModel: SharedCell } }[];
  };
}

/** When each was turned to, counted. */
export type Turned = WeakMap<Widget, number>;

interface ReportMetadata {
  report?: { name?: string; status?: string };
}

function isNotebook(widget: Widget): widget is NotebookPanel {
  const shared = (widget as unknown as Partial<NotebookPanel>).context?.model?.sharedModel;
  return typeof shared?.insertCells === 'function' && Array.isArray(shared.cells);
}

function reportOf(panel: NotebookPanel): ReportMetadata['report'] {
  return (panel.context.model.sharedModel.metadata.trackkit as ReportMetadata | undefined)?.report;
}

/** Notebooks that can be written to: reports first, then as they were turned to last. */
function panelsOf(app: JupyterFrontEnd, turned: Turned): NotebookPanel[] {
  const rank = (panel: NotebookPanel) => (reportOf(panel) ? 1e9 : 0) + (turned.get(panel) ?? 0);
  return [...app.shell.widgets('main')]
    .filter(isNotebook)
    .filter(panel => !panel.context.model.readOnly && reportOf(panel)?.status !== 'published')
    .sort((one, other) => rank(other) - rank(one));
}

export async function labDesk(app: JupyterFrontEnd, turned: Turned, server: LabServer): Promise<Desk> {
  await lookAgain(app, server);
  const panels = () => panelsOf(app, turned);
  return {
    notebooks: () =>
      panels().map((panel): OpenNotebook => {
        const report = reportOf(panel);
        return { id: panel.id, name: report?.name ?? fileOf(panel), isReport: report !== undefined };
      }),
    insert: async (id, view) => {
      const panel = panels().find(found => found.id === id);
      if (!panel) {
        throw new Error('That notebook is not open any more.');
      }
      return put(panel, view, await saved(server, view, panel));
    },
    compose: async (view, place) => {
      const { openComposer } = await import('./compose');
      const panel = place && panels().find(found => cellAt(found, place));
      const cell = panel && cellAt(panel, place);
      await openComposer(server, view, cell && (made => change(cell, place, made, () => saved(server, made, panel))));
    },
  };
}

function cellAt(panel: NotebookPanel, place: Element): SharedCell | undefined {
  return panel.content.widgets.find(cell => cell.node.contains(place))?.model.sharedModel;
}

function fileOf(panel: NotebookPanel): string {
  return panel.context.path.split('/').at(-1) ?? panel.title.label;
}
