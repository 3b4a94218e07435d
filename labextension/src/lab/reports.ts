// Reports in the Lab: the page of all, a new one, and what the notebook in front of a person is.

import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, type ICommandPalette, type MainAreaWidget, showDialog, ToolbarButton } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';
import type { Host } from '../ui';
import type { Report } from '../ui/protocol';
import { remember, saidOf } from './frozen';
import type { LabServer } from './server';

const PAGE = 'trackkit:reports';
const NEW = 'trackkit:new-report';
const MAKE = 'trackkit:make-report';
const PUBLISH = 'trackkit:publish-report';
const COPY = 'trackkit:edit-copy';
const MARKDOWN = 'trackkit:copy-report-markdown';
const CATEGORY = 'trackkit';

/** A notebook of the Lab with what is known of it as a report. */
export interface Notebook {
  panel: MainAreaWidget;
  context: DocumentRegistry.Context;
  report: Report | null;
  store: string | null;
  /** Ask again. */
  look: () => Promise<void>;
}

const notebooks = new Map<Widget, Notebook>();

export function addReports(
  app: JupyterFrontEnd,
  shell: ILabShell | null,
  server: LabServer,
  palette: ICommandPalette | null,
): void {
  const { commands } = app;
  const current = (): Notebook | null => notebooks.get(app.shell.currentWidget as Widget) ?? null;
  const folder = () => {
    const path = (app.shell.currentWidget as { context?: { path?: string } } | null)?.context?.path ?? '';
    return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  };
  const openFile = (path: string) => void commands.execute('docmanager:open', { path });
  const host: Host = {
    mode: 'full',
    go: () => undefined,
    open: () => undefined,
    offer: () => undefined,
    named: () => undefined,
    openFile,
    folder,
  };
  const said = async (act: () => Promise<void>) => {
    try {
      await act();
    } catch (reason) {
      const body = reason instanceof Error ? reason.message : String(reason);
      await showDialog({ title: 'This could not be done', body, buttons: [Dialog.okButton()] });
    }
  };
  const add = (command: string, options: Parameters<typeof commands.addCommand>[1]) => {
    commands.addCommand(command, options);
    palette?.addItem({ command, category: CATEGORY });
    commands.notifyCommandChanged();
  };

  add(PAGE, {
    label: 'Reports',
    caption: 'Find, publish and export the reports of this store',
    execute: async () => (await import('./reportspage')).openReports(app, server, host),
  });
  add(NEW, {
    label: 'New report',
    caption: 'A notebook with live views, which can be published and exported',
    execute: async () => (await import('./reportspage')).newReport(server, host, null),
  });
  if (!shell) {
    return;
  }
  add(MAKE, {
    label: 'Make this notebook a report',
    isEnabled: () => current()?.report === null,
    execute: async () => {
      const notebook = current();
      if (notebook) {
        await (await import('./reportspage')).newReport(server, host, notebook.context.path);
        await notebook.look();
      }
    },
  });
  add(PUBLISH, {
    label: 'Publish this report',
    isEnabled: () => current()?.report?.status === 'draft',
    execute: () => said(async () => void (await publish(current(), server))),
  });
  add(COPY, {
    label: 'Edit a copy of this report',
    isEnabled: () => Boolean(current()?.report),
    execute: () => said(() => editCopy(current(), server, openFile)),
  });
  add(MARKDOWN, {
    label: 'Copy this report as Markdown',
    isEnabled: () => Boolean(current()?.report),
    execute: () => said(() => copyMarkdown(current(), server)),
  });

  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (widget, context) => {
      remember(context);
      const panel = widget as unknown as MainAreaWidget;
      const life = new AbortController();
      let watched: string | null = null;
      const button = (label: string, tooltip: string, command: string) => {
        const made = new ToolbarButton({ label, tooltip, onClick: () => void commands.execute(command) });
        made.hide();
        return made;
      };
      const tools = {
        make: button('Report', 'Make this notebook a report', MAKE),
        publish: button('Publish', 'Publish this report: lock it as it is', PUBLISH),
      };
      (panel.toolbar as unknown as { addItem: (name: string, item: Widget) => boolean }).addItem(
        'trackkit-report',
        tools.make,
      );
      (panel.toolbar as unknown as { addItem: (name: string, item: Widget) => boolean }).addItem(
        'trackkit-publish',
        tools.publish,
      );
      const notebook: Notebook = { panel, context, report: null, store: null, look: async () => undefined };
      notebooks.set(panel, notebook);
      notebook.look = async () => {
        if (life.signal.aborted || !(await server.hasExtension())) {
          return;
        }
        const answer = await reportAt(server, context.path);
        if (life.signal.aborted) {
          return;
        }
        Object.assign(notebook, answer);
        tools.make.setHidden(answer.report !== null);
        tools.publish.setHidden(answer.report?.status !== 'draft');
        commands.notifyCommandChanged();
        if (answer.report?.status === 'published' || panel.node.dataset.trackkitLocked) {
          const { lock } = await import('./locked');
          lock(notebook, () => void commands.execute(COPY), life.signal);
        } else if (answer.report && saidOf(context)?.id !== answer.report.id) {
          const { id, name, project } = answer.report;
          const model = context.model as unknown as { setMetadata?: (key: string, value: unknown) => void };
          model.setMetadata?.('trackkit', { report: { id, name, project, status: 'draft' } });
        }
        if (answer.report && answer.store && watched !== answer.report.id) {
          watched = answer.report.id;
          const { sharedSource } = await import('../ui');
          const source = sharedSource(server.request, { id: answer.store }, { baseUrl: server.baseUrl });
          source.watch([watched], () => void notebook.look(), life.signal);
        }
      };
      const look = () => void notebook.look();
      void context.ready.then(look);
      context.pathChanged.connect(look);
      panel.disposed.connect(() => {
        life.abort();
        notebooks.delete(panel);
      });
    },
  });
}

async function reportAt(server: LabServer, path: string): Promise<Pick<Notebook, 'report' | 'store'>> {
  const nothing = { report: null, store: null };
  try {
    const query = new URLSearchParams({ path });
    const response = await server.request(`trackkit/notebook?${query}`, { method: 'GET' });
    return response.ok ? ((await response.json()) as Pick<Notebook, 'report' | 'store'>) : nothing;
  } catch {
    return nothing;
  }
}

async function sourceOf(notebook: Notebook, server: LabServer) {
  const { sharedSource } = await import('../ui');
  return sharedSource(server.request, { id: notebook.store ?? '' }, { baseUrl: server.baseUrl });
}

/** Ask whether it is meant, save, publish, and show what was published. */
async function publish(notebook: Notebook | null, server: LabServer): Promise<void> {
  const { report, context } = notebook ?? {};
  if (!notebook || !report || !context) {
    return;
  }
  const answer = await showDialog({
    title: 'Publish',
    body:
      `The notebook of “${report.name}” is saved and locked for good: its cells cannot be edited, and its file can be ` +
      'neither saved, renamed nor deleted from Jupyter. Name, project, tags and archive stay free; a copy can be edited.',
    checkbox: {
      label: 'Keep the data that its views show now with it',
      caption: 'For when the experiments are gone',
      checked: false,
    },
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Publish' })],
  });
  if (!answer.button.accept) {
    return;
  }
  if (context.model.dirty) {
    await context.save();
  }
  const source = await sourceOf(notebook, server);
  await source.edit('publish', answer.isChecked ? { id: report.id, freeze: true } : { id: report.id });
  await context.revert();
  await notebook.look();
}

async function editCopy(notebook: Notebook | null, server: LabServer, openFile: (path: string) => void): Promise<void> {
  if (!notebook?.report) {
    return;
  }
  const source = await sourceOf(notebook, server);
  const { id } = await source.edit('clone', { id: notebook.report.id });
  const { path } = await source.read('report', { id: id as string });
  if (path !== null) {
    openFile(path);
  }
}

async function copyMarkdown(notebook: Notebook | null, server: LabServer): Promise<void> {
  if (notebook?.report) {
    const source = await sourceOf(notebook, server);
    const { text } = await source.read('report_markdown', { id: notebook.report.id });
    await navigator.clipboard.writeText(text);
  }
}
