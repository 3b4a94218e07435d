// The door of JupyterLab and Notebook: registers the renderer of views.

import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { announce } from './announce';
import type { NotebookPanel } from './attempts';
import { addCommands } from './commands';
import { addEmbeds } from './embeds';
import { exporting } from './export';
import { home } from './home';
import * as icons from './icon';
import { wrapMarkdown } from './markdown';
import { hasCells, when } from './ours';
import { MIME_TYPE, Output } from './output';
import { addReports } from './reports';
import { labServer } from './server';
import { type Door, IDoor } from './tokens';

/** Before ipywidgets, which is at -10: where the server answers, a view needs no kernel. */
const RANK = -20;

const views: JupyterFrontEndPlugin<Door> = {
  id: 'trackkit-jupyter:views',
  description: 'Shows the views of trackkit_jupyter in outputs.',
  autoStart: true,
  provides: IDoor,
  requires: [IRenderMimeRegistry],
  optional: [ILabShell, ICommandPalette, ILayoutRestorer, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    shell: ILabShell | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null,
  ) => {
    const server = labServer(app.serviceManager.serverSettings);
    announce(server);
    // Notebook 7 has one place for one notebook: there a view fills the window.
    const shelf = shell ? addCommands(app, shell, server, palette, restorer, registry) : null;
    const door: Door = { app, server, shelf, onShown: () => undefined };
    rendermime.addFactory(
      {
        // A view is inert data, ids and options: showing it runs nothing that came with the notebook.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: ({ resolver }) =>
          new Output(async node => {
            const { ViewRenderer } = await import('./renderer');
            return new ViewRenderer(server, resolver, shelf, store => door.onShown(store), node);
          }),
      },
      RANK,
    );
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: (panel, context) =>
        when(context, hasCells, () => {
          const notebook = panel as unknown as NotebookPanel;
          void import('./attempts').then(({ followNotebook }) => followNotebook(notebook, server, shelf));
        }),
    });
    wrapMarkdown(rendermime, server, shelf);
    addEmbeds(app, server, palette);
    app.commands.addCommand('trackkit:experiments', {
      label: 'Experiments',
      caption: 'Find, compare and open the experiments of this store',
      icon: icons.experiments,
      execute: async args =>
        (await import('./table')).openTable(door, args.of === 'model' ? 'model' : 'experiment', args),
    });
    app.commands.addCommand('trackkit:models', {
      label: 'Models',
      caption: 'Find, compare and open the models of this store',
      icon: icons.models,
      execute: async args => (await import('./table')).openTable(door, 'model', args),
    });
    addReports(app, server);
    for (const command of ['trackkit:experiments', 'trackkit:models', 'trackkit:reports', 'trackkit:new-report']) {
      palette?.addItem({ command, category: 'trackkit' });
    }
    return door;
  },
};

export default [views, home, exporting];
