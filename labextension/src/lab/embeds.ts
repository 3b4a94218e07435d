// Embeds in the Lab: where they can be put, and the editor that makes one by clicking; both are fetched when they are used.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import { offerDesk } from '../ui/embedding/desk';
import type { LabServer } from './server';

const INSERT = 'trackkit:insert-embed';

export function addEmbeds(app: JupyterFrontEnd, server: LabServer, palette: ICommandPalette | null): void {
  const turned = new WeakMap<Widget, number>();
  let turns = 0;
  app.shell.currentChanged?.connect((_, { newValue }) => {
    if (newValue) {
      turned.set(newValue, ++turns);
    }
  });
  const desk = async () => (await import('./notebooks')).labDesk(app, turned, server);
  offerDesk(desk);
  app.commands.addCommand(INSERT, {
    label: 'Insert embed',
    execute: async () => (await desk()).compose(null),
  });
  palette?.addItem({ command: INSERT, category: 'trackkit' });
}
