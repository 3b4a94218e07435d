// What the plugins of this extension give each other.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Token } from '@lumino/coreutils';
import type { View } from '../ui';
import type { Shelf } from './commands';
import type { LabServer } from './server';

export interface Door {
  app: JupyterFrontEnd;
  server: LabServer;
  /** Null in Notebook, which has one place for one notebook. */
  shelf: Shelf | null;
  /** Told of a store when something of it is shown; whoever wants to know sets it. */
  onShown: (store: View['store']) => void;
}

export const IDoor = new Token<Door>('trackkit-jupyter:IDoor', 'The door of JupyterLab to the views of trackkit.');
