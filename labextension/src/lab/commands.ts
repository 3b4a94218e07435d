// The commands of the Lab: every action on the experiment that a person turned to last, and the places to show it in.

import type { ILabShell, ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { type ICommandPalette, type MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Menu } from '@lumino/widgets';
import type { Host, Mode, Offered, View } from '../ui';
import { ACTIONS, type Actionable } from '../ui/views/rules';
import type { Panel } from './panel';
import type { LabServer } from './server';

const OPEN = 'trackkit:open';
const TABLE = 'trackkit:experiments';
const INSERT = 'trackkit:insert-cell';
const CATEGORY = 'trackkit';
/** Rows of the side panel. */
const ROWS = '.trackkit[data-kind="home"] [data-experiment]';
/** Experiments in outputs, and the cells that show them. */
const SHOWN = [
  '.trackkit[data-kind="experiment"]:not(.jp-CodeCell *)',
  '.jp-CodeCell:has(.trackkit[data-kind="experiment"])',
];

/** Where views stand in the Lab, and the one that a person turned to last. */
export interface Shelf {
  server: LabServer;
  shell: ILabShell;
  tracker: WidgetTracker<Panel>;
  tables: WidgetTracker<MainAreaWidget>;
  registry: ISettingRegistry | null;
  /** What a view is given that stands somewhere in the Lab; `leave` is called when it goes to the other mode. */
  host: (mode: Mode, store: View['store'], leave?: () => void) => Host;
}

export function addCommands(
  app: JupyterFrontEnd,
  shell: ILabShell,
  server: LabServer,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null,
  registry: ISettingRegistry | null,
): Shelf {
  const { commands } = app;
  let current: Offered | null = null;
  const show = (view: View, mode: Mode, fresh = false) => commands.execute(OPEN, { view: view as never, mode, fresh });
  const shelf: Shelf = {
    server,
    shell,
    tracker: new WidgetTracker({ namespace: 'trackkit' }),
    tables: new WidgetTracker({ namespace: 'trackkit-table' }),
    registry,
    host: (mode, store, leave) => ({
      mode,
      go: (wanted, view) => void show({ ...view, store }, wanted).then(leave),
      open: view => void show({ ...view, store }, 'full', true),
      desk: {
        show: (view, wanted) => void show({ ...view, store }, wanted, true),
        table: (place, options) => void commands.execute(TABLE, { ...options, store: place as never }),
        file: path => void commands.execute('docmanager:open', { path }),
      },
      named: () => undefined,
      offer: (offered, signal) => {
        const turn = () => {
          current = offered;
          commands.notifyCommandChanged();
        };
        for (const kind of ['focusin', 'pointerdown', 'contextmenu']) {
          offered.root.addEventListener(kind, turn, { signal, capture: true });
        }
        offered.root.closest('.jp-CodeCell')?.addEventListener('contextmenu', turn, { signal, capture: true });
        current ??= offered;
        signal.addEventListener('abort', () => {
          current = current === offered ? null : current;
        });
      },
    }),
  };
  commands.addCommand(OPEN, {
    label: 'Open experiment',
    execute: async args => {
      const { open } = await import('./panel');
      await open(
        args.view as unknown as View,
        args.mode === 'compact' ? 'compact' : 'full',
        shelf,
        args.fresh === true,
      );
    },
  });
  commands.addCommand(INSERT, {
    label: 'Insert into notebook',
    caption: 'Insert the cell that shows it below the active cell',
    isEnabled: () => commands.isEnabled('notebook:insert-cell-below') && Boolean(current?.cell?.()),
    execute: async () => {
      const text = current?.cell?.();
      if (text) {
        await commands.execute('notebook:insert-cell-below');
        await commands.execute('notebook:replace-selection', { text });
      }
    },
  });
  app.contextMenu.addItem({ command: INSERT, selector: ROWS, rank: ACTIONS.length });
  palette?.addItem({ command: INSERT, category: CATEGORY });
  const menu = new Menu({ commands });
  menu.title.label = 'Experiment';
  for (const [rank, action] of ACTIONS.entries()) {
    const command = `trackkit:${action.name.replace('_', '-')}`;
    const asked = (ask: (what: Actionable) => boolean) => {
      const what = current?.what();
      return what ? ask(what) : false;
    };
    commands.addCommand(command, {
      label: args => (args.alone ? `Experiment: ${action.label}` : action.label),
      caption: () => {
        const what = current?.what();
        return (what && action.refusal(what)) ?? action.label;
      },
      isEnabled: () => asked(what => action.shown(what) && action.refusal(what) === null),
      isVisible: () => asked(action.shown),
      execute: () => current?.run(action.name),
    });
    palette?.addItem({ command, category: CATEGORY, args: { alone: true } });
    menu.addItem({ command });
    app.contextMenu.addItem({ command, selector: ROWS, rank });
    if (ACTIONS[rank + 1]?.group !== action.group) {
      app.contextMenu.addItem({ type: 'separator', selector: ROWS, rank });
    }
  }
  for (const selector of SHOWN) {
    app.contextMenu.addItem({ type: 'submenu', submenu: menu, selector, rank: 0 });
  }
  void restorer?.restore(shelf.tracker, {
    command: OPEN,
    args: panel => ({ view: panel.content.view as never, mode: panel.content.mode }),
    name: panel => panel.id,
  });
  void restorer?.restore(shelf.tables, {
    command: TABLE,
    args: page => ({ of: page.id === 'trackkit-models' ? 'model' : 'experiment' }),
    name: page => page.id,
  });
  return shelf;
}
