// Reports in the Lab: their commands, a button on every notebook, and an eye on those that may be reports. What they do is
// fetched with the first of these.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { type MainAreaWidget, ToolbarButton } from '@jupyterlab/apputils';
import { reports as icon } from './icon';
import { mayBeReport, opened, when } from './ours';
import type { LabServer } from './server';

const MAKE = 'trackkit:make-report';

export function addReports(app: JupyterFrontEnd, server: LabServer): void {
  const desk = () => import('./reportdesk');
  const add = (command: string, label: string) => {
    app.commands.addCommand(command, { label, icon, execute: async () => (await desk()).run(command, app, server) });
  };
  add('trackkit:reports', 'Reports');
  add('trackkit:new-report', 'New report');
  add(MAKE, 'Make this notebook a report');
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (widget, context) => {
      const panel = widget as MainAreaWidget;
      const make = new ToolbarButton({
        label: 'Report',
        tooltip: app.commands.label(MAKE),
        onClick: () => void app.commands.execute(MAKE),
      });
      panel.toolbar.addItem('trackkit-report', make);
      opened.set(context, { panel, make });
      context.disposed.connect(() => opened.delete(context));
      when(
        context,
        mayBeReport,
        () => void desk().then(({ attend }) => opened.has(context) && attend(app, server, context)),
      );
    },
  });
}
