import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'trackkit-jupyter:views',
  description: 'Shows the views of trackkit_jupyter in outputs.',
  autoStart: true,
  activate: () => undefined,
};

export default plugin;
