// Reports in the Lab: their commands, and an eye on every notebook that is opened. What they do is fetched with the first.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { icon } from './icon';
import type { LabServer } from './server';

/** The notebooks that are open: known from the moment they are made. */
export const contexts = new Set<DocumentRegistry.Context>();

export function addReports(app: JupyterFrontEnd, server: LabServer): void {
  const desk = () => import('./reportdesk');
  const add = (command: string, label: string) => {
    app.commands.addCommand(command, { label, icon, execute: async () => (await desk()).run(command, app, server) });
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
