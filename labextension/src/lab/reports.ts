// Reports in the Lab: their commands, and an eye on every notebook that is opened. What they do is fetched with the first.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { remember } from './frozen';
import { icon } from './icon';
import type { LabServer } from './server';

const COMMANDS = {
  'trackkit:reports': 'Reports',
  'trackkit:new-report': 'New report',
  'trackkit:make-report': 'Make this notebook a report',
  'trackkit:publish-report': 'Publish this report',
  'trackkit:edit-copy': 'Edit a copy of this report',
  'trackkit:copy-report-markdown': 'Copy this report as Markdown',
};

export function addReports(app: JupyterFrontEnd, server: LabServer, palette: ICommandPalette | null): void {
  for (const [command, label] of Object.entries(COMMANDS)) {
    app.commands.addCommand(command, {
      label,
      icon, // of the launcher's tile and of the menu
      execute: async () => (await import('./reportdesk')).run(command, app, server),
    });
    palette?.addItem({ command, category: 'trackkit' });
  }
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (panel, context) => {
      remember(context);
      void import('./reportdesk').then(({ attend }) => attend(app, server, panel, context));
    },
  });
}
