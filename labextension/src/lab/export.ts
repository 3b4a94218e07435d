// Exports of the open notebook: as a download with what is told about it, and as Markdown on the clipboard.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import { downloadBlob } from '../ui/parts/download';
import type { LabServer } from './server';
import { type Door, IDoor } from './tokens';

const CATEGORY = 'trackkit';
const COPY = 'trackkit:copy-report';
const EXPORT = 'trackkit:export-report';
const FORMATS = { pdf: 'PDF', html: 'one page (HTML)', md: 'Markdown' } as const;
type Format = keyof typeof FORMATS;

/** A document as the Lab holds it, of whatever kind. */
interface Context {
  path: string;
  model: { dirty: boolean };
  save(): Promise<void>;
}

function notebookOf(widget: Widget | null): Context | null {
  const { context } = (widget ?? {}) as { context?: Context };
  return context?.path.endsWith('.ipynb') ? context : null;
}

export const exporting: JupyterFrontEndPlugin<void> = {
  id: 'trackkit-jupyter:export',
  description: 'Exports the open notebook as a report.',
  autoStart: true,
  requires: [IDoor],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, { server }: Door, palette: ICommandPalette | null) => {
    const current = () => notebookOf(app.shell.currentWidget);
    const isEnabled = () => current() !== null;
    app.commands.addCommand(EXPORT, {
      label: ({ format }) => `Export report as ${FORMATS[(format as Format) ?? 'pdf']}`,
      caption: 'Draw every view afresh and download the report',
      isEnabled,
      execute: async ({ format }) => {
        const context = current();
        if (context) {
          await download(server, context, (format as Format) ?? 'pdf');
        }
      },
    });
    app.commands.addCommand(COPY, {
      label: 'Copy report as Markdown',
      caption: 'Put the text of the report on the clipboard, with the code that embeds its views',
      isEnabled,
      execute: async () => {
        const context = current();
        if (context) {
          const text = await (await ask(server, context, 'source')).text();
          await navigator.clipboard.writeText(text);
          Notification.success('The report is on the clipboard as Markdown.', { autoClose: 3000 });
        }
      },
    });
    for (const format of Object.keys(FORMATS)) {
      palette?.addItem({ command: EXPORT, category: CATEGORY, args: { format } });
    }
    palette?.addItem({ command: COPY, category: CATEGORY });
  },
};

async function ask(server: LabServer, context: Context, format: Format | 'source'): Promise<Response> {
  if (context.model.dirty) {
    await context.save();
  }
  // A drive of the editor ("RTC:a.ipynb") is no part of the path that the server knows.
  const query = new URLSearchParams({ path: context.path.replace(/^[^/:]+:/, ''), format });
  const response = await server.request(`trackkit/export?${query}`, { method: 'GET' });
  if (!response.ok) {
    const refusal = (await response.json().catch(() => null)) as { message?: string } | null;
    throw new Error(refusal?.message ?? `The Jupyter server answered with status ${response.status}.`);
  }
  return response;
}

async function download(server: LabServer, context: Context, format: Format): Promise<void> {
  const name = (context.path.split('/').pop() ?? 'report').replace(/\.ipynb$/, '');
  const id = Notification.emit(`Drawing ${name} as ${FORMATS[format]} …`, 'in-progress', { autoClose: false });
  try {
    const response = await ask(server, context, format);
    downloadBlob(await response.blob(), `${name}.${format === 'md' ? 'zip' : format}`);
    const missing = JSON.parse(response.headers.get('X-Trackkit-Missing') ?? '[]') as string[];
    const message = missing.length
      ? `${name} is exported. Not shown: ${missing.slice(0, 3).join(' ')}${missing.length > 3 ? ` And ${missing.length - 3} more.` : ''}`
      : `${name} is exported.`;
    Notification.update({
      id,
      message,
      type: missing.length ? 'warning' : 'success',
      autoClose: missing.length ? false : 4000,
    });
  } catch (reason) {
    Notification.update({ id, message: (reason as Error).message, type: 'error', autoClose: false });
  }
}
