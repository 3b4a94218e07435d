// The door of JupyterLab and Notebook: registers the renderer of views.

import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { announce } from './announce';
import { addCommands } from './commands';
import { MIME_TYPE, ViewRenderer } from './renderer';
import { labServer } from './server';

/** Before ipywidgets, which is at -10: where the server answers, a view needs no kernel. */
const RANK = -20;

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'trackkit-jupyter:views',
  description: 'Shows the views of trackkit_jupyter in outputs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ILabShell, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    shell: ILabShell | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const server = labServer(app.serviceManager.serverSettings);
    announce(server);
    // Notebook 7 has one place for one notebook: there a view fills the window.
    const shelf = shell ? addCommands(app, shell, server, palette, restorer) : null;
    rendermime.addFactory(
      {
        // A view is inert data, ids and options: showing it runs nothing that came with the notebook.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: options => new ViewRenderer(server, options.resolver, shelf),
      },
      RANK,
    );
    app.commands.addCommand('trackkit:experiments', {
      label: 'Experiments',
      caption: 'Find, compare and open the experiments of this store',
      execute: async () => (await import('./table')).openTable(app, server, 'experiment'),
    });
    app.commands.addCommand('trackkit:models', {
      label: 'Models',
      caption: 'Find, compare and open the models of this store',
      execute: async () => (await import('./table')).openTable(app, server, 'model'),
    });
    for (const command of ['trackkit:experiments', 'trackkit:models']) {
      palette?.addItem({ command, category: 'trackkit' });
    }
  },
};

export default plugin;
