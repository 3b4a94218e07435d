// The commands of the Lab: every action on the experiment that a person turned to last, and the places to show it in.

import type { ILabShell, ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { type ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { Menu } from '@lumino/widgets';
import type { Host, Mode, Offered, View } from '../ui';
import { ACTIONS, type Actionable } from '../ui/views/rules';
import type { Panel } from './panel';
import type { LabServer } from './server';

const OPEN = 'trackkit:open';
const CATEGORY = 'Experiment';

/** Where views stand in the Lab, and the one that a person turned to last. */
export interface Shelf {
  server: LabServer;
  shell: ILabShell;
  tracker: WidgetTracker<Panel>;
  /** What a view is given that stands somewhere in the Lab; `leave` is called when it goes to the other mode. */
  host: (mode: Mode, store: View['store'], leave?: () => void) => Host;
}

export function addCommands(
  app: JupyterFrontEnd,
  shell: ILabShell,
  server: LabServer,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null,
): Shelf {
  const { commands } = app;
  let current: Offered | null = null;
  const show = (view: View, mode: Mode) => commands.execute(OPEN, { view: view as never, mode });
  const shelf: Shelf = {
    server,
    shell,
    tracker: new WidgetTracker({ namespace: 'trackkit' }),
    host: (mode, store, leave) => ({
      mode,
      go: (wanted, view) => void show({ ...view, store }, wanted).then(leave),
      open: view => void show({ ...view, store }, 'full'),
      named: () => undefined,
      offer: (offered, signal) => {
        const turn = () => {
          current = offered;
          commands.notifyCommandChanged();
        };
        for (const kind of ['focusin', 'pointerdown', 'contextmenu']) {
          offered.root.addEventListener(kind, turn, { signal, capture: true });
        }
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
      await open(args.view as unknown as View, args.mode === 'compact' ? 'compact' : 'full', shelf);
    },
  });
  const menu = new Menu({ commands });
  menu.title.label = CATEGORY;
  for (const action of ACTIONS) {
    const command = `trackkit:${action.name.replace('_', '-')}`;
    const asked = (ask: (what: Actionable) => boolean) => {
      const what = current?.what();
      return what ? ask(what) : false;
    };
    commands.addCommand(command, {
      label: action.label,
      caption: () => {
        const what = current?.what();
        return (what && action.refusal(what)) ?? action.label;
      },
      isEnabled: () => asked(what => action.shown(what) && action.refusal(what) === null),
      isVisible: () => asked(action.shown),
      execute: () => current?.run(action.name),
    });
    palette?.addItem({ command, category: CATEGORY });
    menu.addItem({ command });
  }
  app.contextMenu.addItem({ type: 'submenu', submenu: menu, selector: '.trackkit[data-kind="experiment"]', rank: 0 });
  void restorer?.restore(shelf.tracker, {
    command: OPEN,
    args: panel => ({ view: panel.content.view as never, mode: panel.content.mode }),
    name: panel => panel.id,
  });
  return shelf;
}
