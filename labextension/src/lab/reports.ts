// Reports in the Lab: their commands, and an eye on every notebook that is opened. What they do is fetched with the first.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { contexts } from './attended';
import type { LabServer } from './server';

export function addReports(app: JupyterFrontEnd, server: LabServer, palette: ICommandPalette | null): void {
  const desk = () => import('./reportdesk');
  const add = (command: string, label: string) => {
    app.commands.addCommand(command, { label, execute: async () => (await desk()).run(command, app, server) });
    palette?.addItem({ command, category: 'trackkit' });
  };
  add('trackkit:reports', 'Reports');
  add('trackkit:new-report', 'New report');
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (panel, context) => {
      contexts.add(context);
      void desk().then(({ attend }) => attend(app, server, panel, context, add));
    },
  });
}
