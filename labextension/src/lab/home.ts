// Around the notebooks: the side panel, launcher tiles, what is told while experiments run. Each fetches its code when it is used.

import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Widget } from '@lumino/widgets';
import { icon } from './icon';
import { type Door, IDoor } from './tokens';

const ID = 'trackkit-home';
const COMMAND = 'trackkit:home';
const CATEGORY = 'trackkit';
/** Below the file browser and the running kernels, above the extension manager. */
const RANK = 250;
/** Tiles for what there is; others of our plugins may bring the commands. */
const TILES = ['trackkit:experiments', 'trackkit:new-report', 'trackkit:models'];

/** What the parts have in common that are fetched later. */
export interface Around {
  door: Door;
  registry: ISettingRegistry | null;
  bar: IStatusBar | null;
  state: IStateDB | null;
}

class SidePanel extends Widget {
  private filled = false;

  constructor(private readonly around: Around) {
    super();
    this.id = ID;
    this.title.icon = icon;
    this.title.caption = 'trackkit: experiments';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'trackkit');
  }

  protected override onAfterShow(): void {
    if (!this.filled) {
      this.filled = true;
      void import('./sidepanel').then(({ fill }) => fill(this, this.around));
    }
  }
}

export const home: JupyterFrontEndPlugin<void> = {
  id: 'trackkit-jupyter:home',
  description: 'The side panel of trackkit_jupyter, and what is told while experiments run.',
  autoStart: true,
  requires: [IDoor],
  optional: [ILabShell, ILauncher, IStatusBar, ISettingRegistry, ICommandPalette, ILayoutRestorer, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    door: Door,
    shell: ILabShell | null,
    launcher: ILauncher | null,
    bar: IStatusBar | null,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
  ) => {
    const around: Around = { door, registry, bar, state };
    door.onShown = store => void import('./running').then(({ follow }) => follow(store, around));
    if (!shell) {
      return;
    }
    const panel = new SidePanel(around);
    shell.add(panel, 'left', { rank: RANK, type: 'trackkit' });
    restorer?.add(panel, ID);
    app.commands.addCommand(COMMAND, {
      label: 'Show trackkit',
      caption: 'What runs, what was last, projects and models',
      icon,
      execute: () => shell.activateById(ID),
    });
    palette?.addItem({ command: COMMAND, category: CATEGORY });
    void app.restored.then(() => {
      for (const [rank, command] of TILES.entries()) {
        if (app.commands.hasCommand(command)) {
          launcher?.add({ command, category: CATEGORY, rank });
        }
      }
    });
  },
};
