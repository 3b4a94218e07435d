// The door of JupyterLab and Notebook: registers the renderer of views.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { announce } from './announce';
import { MIME_TYPE, ViewRenderer } from './renderer';
import { labServer } from './server';

/** Before ipywidgets, which is at -10: where the server answers, a view needs no kernel. */
const RANK = -20;

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'trackkit-jupyter:views',
  description: 'Shows the views of trackkit_jupyter in outputs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    const server = labServer(app.serviceManager.serverSettings);
    announce(server);
    rendermime.addFactory(
      {
        // A view is inert data, ids and options: showing it runs nothing that came with the notebook.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: options => new ViewRenderer(server, options.resolver),
      },
      RANK,
    );
  },
};

export default plugin;
