// What a person does with reports in the Lab: the page, a new one, and what the notebook in front of them is.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, type MainAreaWidget, showDialog, ToolbarButton } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';
import type { Host } from '../ui';
import type { Report } from '../ui/protocol';
import { saidOf } from './frozen';
import { reports as icon } from './icon';
import { mayBeReport, type Opened, onRun, opened } from './ours';
import type { LabServer } from './server';

/** A notebook of the Lab with what is known of it as a report. */
export interface Notebook {
  panel: MainAreaWidget;
  context: DocumentRegistry.Context;
  report: Report | null;
  store: string | null;
  /** Why it stays locked although nothing is known of its report. */
  locked: string | null;
  /** Ask again. */
  look: () => Promise<void>;
}

type Act = (app: JupyterFrontEnd, server: LabServer, notebook: Notebook) => Promise<void>;

const notebooks = new Map<Widget, Notebook>();
/** A kernel that ran a cell rests for so long before it is asked what its notebook became. */
const RESTED_MS = 200;
const LABELS = {
  'trackkit:publish-report': 'Publish this report',
  'trackkit:edit-copy': 'Edit a copy of this report',
  'trackkit:copy-report-markdown': 'Copy this report as Markdown',
  'trackkit:add-claim': 'Add a claim, which is checked again whenever this report is shown',
};
/** What stands in the cell of a new claim, to be written over. */
const CLAIM = `import trackkit_jupyter as track

track.report.claim(
    "lr 0.1 beats 0.01",
    metric="accuracy/val",
    a='hyperparameters["lr"] == 0.1',
    b='hyperparameters["lr"] == 0.01',
)`;
const NO_REPORT = 'The notebook in front is no report. “Make this notebook a report” makes it one.';

const ACTS: Record<string, Act> = {
  'trackkit:make-report': async (app, server, notebook) => {
    if (notebook.context.model.dirty) {
      await notebook.context.save();
    }
    await (await import('./reportspage')).newReport(server, hostOf(app), notebook.context.path);
    await notebook.look();
    if (notebook.report) {
      await notebook.context.save(); // it says itself what it is, for whoever opens it next
    }
  },
  'trackkit:publish-report': async (_, server, notebook) => publish(notebook, server),
  'trackkit:edit-copy': async (app, server, notebook) => {
    const source = await sourceOf(notebook, server);
    const { id } = await source.edit('clone', { id: notebook.report?.id ?? '' });
    const { path } = await source.read('report', { id: id as string });
    if (path !== null) {
      hostOf(app).desk?.file(path);
    }
  },
  'trackkit:add-claim': async app => {
    await app.commands.execute('notebook:insert-cell-below');
    await app.commands.execute('notebook:replace-selection', { text: CLAIM });
  },
  'trackkit:copy-report-markdown': async (_, server, notebook) => {
    const source = await sourceOf(notebook, server);
    const { text } = await source.read('report_markdown', { id: notebook.report?.id ?? '' });
    await (await import('../ui')).copyText(text);
  },
};

/** Run a command. */
export async function run(command: string, app: JupyterFrontEnd, server: LabServer): Promise<void> {
  if (command === 'trackkit:reports') {
    await (await import('./reportspage')).openReports(app, server, hostOf(app));
    return;
  }
  if (command === 'trackkit:new-report') {
    await (await import('./reportspage')).newReport(server, hostOf(app), null);
    return;
  }
  const context = [...opened].find(([, { panel }]) => panel === app.shell.currentWidget)?.[0];
  const notebook = context && attend(app, server, context);
  try {
    if (notebook && !notebook.report) {
      await notebook.look();
    }
    if (!notebook || (!notebook.report && command !== 'trackkit:make-report')) {
      throw new Error(NO_REPORT);
    }
    if (notebook.report && command === 'trackkit:make-report') {
      throw new Error(`This notebook is the report “${notebook.report.name}” already.`);
    }
    await ACTS[command]?.(app, server, notebook);
  } catch (reason) {
    const body = reason instanceof Error ? reason.message : String(reason);
    await showDialog({ title: 'This could not be done', body, buttons: [Dialog.okButton()] });
  }
}

/** Ask again of the notebooks that were no reports: a cell that still runs may have made them one. */
export async function lookAgain(app: JupyterFrontEnd, server: LabServer): Promise<void> {
  const asked = [...opened.keys()].filter(mayBeReport).map(context => attend(app, server, context));
  await Promise.allSettled(asked.filter(({ report }) => !report).map(({ look }) => look()));
}

/** Follow what a notebook is as a report, as long as it is open. */
export function attend(app: JupyterFrontEnd, server: LabServer, context: DocumentRegistry.Context): Notebook {
  const { panel, make } = opened.get(context) as Opened;
  const known = notebooks.get(panel);
  if (known) {
    return known;
  }
  for (const [command, label] of Object.entries(LABELS)) {
    if (!app.commands.hasCommand(command)) {
      app.commands.addCommand(command, { label, icon, execute: () => run(command, app, server) });
    }
  }
  const life = new AbortController();
  const button = (label: string, command: keyof typeof LABELS) => {
    const made = new ToolbarButton({
      label,
      tooltip: LABELS[command],
      onClick: () => void app.commands.execute(command),
    });
    made.hide();
    panel.toolbar.addItem(`trackkit-${label.toLowerCase()}`, made);
    return made;
  };
  const ofDrafts = [button('Claim', 'trackkit:add-claim'), button('Publish', 'trackkit:publish-report')];
  const notebook: Notebook = {
    panel,
    context,
    report: null,
    store: null,
    locked: null,
    look: async () => undefined,
  };
  notebooks.set(panel, notebook);
  let watched: string | null = null;
  const ask = async () => {
    const answer = (await server.hasExtension()) ? await reportAt(server, context.path) : null;
    if (life.signal.aborted || !answer) {
      return;
    }
    const { report, store, locked: reason } = Object.assign(notebook, answer);
    make.setHidden(report !== null || reason !== null);
    for (const one of ofDrafts) {
      one.setHidden(report?.status !== 'draft');
    }
    if (report?.status === 'published' || reason !== null) {
      const [locked] = await Promise.all([import('./locked'), import('../ui')]);
      locked.lock(notebook, () => void app.commands.execute('trackkit:edit-copy'), life.signal);
    } else if (report && saidOf(context)?.id !== report.id) {
      const { id, name, project } = report;
      const model = context.model as unknown as { setMetadata?: (key: string, value: unknown) => void };
      model.setMetadata?.('trackkit', { report: { id, name, project, status: 'draft' } });
    }
    if (report && store && watched !== report.id) {
      watched = report.id;
      (await sourceOf(notebook, server)).watch([watched], () => void notebook.look(), life.signal);
    }
  };
  // One after another: what was asked first may be answered last.
  let asking = Promise.resolve();
  notebook.look = () => {
    asking = asking.then(ask, ask);
    return asking;
  };
  const look = () => void notebook.look();
  void context.ready.then(look);
  context.pathChanged.connect(look);
  // A cell makes it one: track.report.here.
  let due: ReturnType<typeof setTimeout>;
  onRun(context, () => {
    clearTimeout(due);
    if (!notebook.report) {
      due = setTimeout(look, RESTED_MS);
    }
  });
  panel.disposed.connect(() => {
    clearTimeout(due);
    life.abort();
    notebooks.delete(panel);
  });
  return notebook;
}

function hostOf(app: JupyterFrontEnd): Host {
  const nothing = () => undefined;
  return {
    mode: 'full',
    go: nothing,
    open: nothing,
    offer: nothing,
    named: nothing,
    desk: {
      show: nothing,
      table: nothing,
      file: path => void app.commands.execute('docmanager:open', { path }),
    },
    folder: () => {
      const path = (app.shell.currentWidget as { context?: { path?: string } } | null)?.context?.path ?? '';
      return path.slice(0, Math.max(0, path.lastIndexOf('/')));
    },
  };
}

async function reportAt(
  server: LabServer,
  path: string,
): Promise<Pick<Notebook, 'report' | 'store' | 'locked'> | null> {
  try {
    const response = await server.request(`trackkit/notebook?${new URLSearchParams({ path })}`, { method: 'GET' });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function sourceOf(notebook: Notebook, server: LabServer) {
  const { sharedSource } = await import('../ui');
  return sharedSource(server.request, { id: notebook.store ?? '' }, { baseUrl: server.baseUrl });
}

/** Ask whether it is meant, save, publish, and show what was published. */
async function publish(notebook: Notebook, server: LabServer): Promise<void> {
  const { report, context } = notebook;
  const answer = await showDialog({
    title: 'Publish',
    body:
      `The notebook of “${report?.name}” is saved and locked for good: its cells cannot be edited, and its file can be ` +
      'neither saved, renamed nor deleted from Jupyter. Name, project, tags and archive stay free; a copy can be edited.',
    checkbox: {
      label: 'Keep the data that its views show now with it',
      caption: 'For when the experiments are gone',
      checked: false,
    },
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Publish' })],
  });
  if (!answer.button.accept || !report) {
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
