// The commands that export the open notebook; what they do is fetched with the first.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import { type Door, IDoor } from './tokens';

const CATEGORY = 'trackkit';
const COPY = 'trackkit:copy-report';
const EXPORT = 'trackkit:export-report';
export const FORMATS = { pdf: 'PDF', html: 'one page (HTML)', md: 'Markdown' } as const;
export type Format = keyof typeof FORMATS;

/** A document as the Lab holds it, of whatever kind. */
export interface Context {
  path: string;
  model: { dirty: boolean };
  save(): Promise<void>;
}

const exports = () => import('./exports');

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
          await (await exports()).download(server, context, (format as Format) ?? 'pdf');
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
          await (await exports()).copy(server, context);
        }
      },
    });
    for (const format of Object.keys(FORMATS)) {
      palette?.addItem({ command: EXPORT, category: CATEGORY, args: { format } });
    }
    palette?.addItem({ command: COPY, category: CATEGORY });
  },
};
