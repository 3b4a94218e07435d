// A published report in the Lab: its cells cannot be edited, and a banner says who published it, when, and what to do.

import { Widget } from '@lumino/widgets';
import type { Notebook } from './reportdesk';
import '../ui/styles/index.css';
import '../ui/styles/reports.css';

/** What of a notebook's panel is needed here. */
interface Panel {
  content?: { widgets?: readonly { readOnly?: boolean }[]; model?: { sharedModel?: Shared } };
  contentHeader: { addWidget: (widget: Widget) => void; insertWidget: (index: number, widget: Widget) => void };
}

/** What changes the order and number of the cells of a notebook. */
type Shared = Record<'insertCells' | 'moveCells' | 'deleteCellRange', (...given: never[]) => unknown>;

const banners = new WeakMap<Notebook, Widget>();
const CHANGES = ['insertCells', 'moveCells', 'deleteCellRange'] as const;

export function lock(notebook: Notebook, onCopy: () => void, signal: AbortSignal): void {
  const { panel, context, report } = notebook;
  const inside = panel as unknown as Panel;
  if (report?.status !== 'published') {
    return;
  }
  const first = !banners.has(notebook);
  const banner = banners.get(notebook) ?? new Widget();
  if (first) {
    banner.addClass('trackkit');
    banner.addClass('tk-report-banner');
    banner.node.setAttribute('role', 'status');
    banners.set(notebook, banner);
    inside.contentHeader.insertWidget(0, banner);
    context.model.contentChanged.connect(() => write());
    signal.addEventListener('abort', () => banner.dispose());
    panel.node.dataset.trackkitLocked = 'true';
    // From another tab, or by code: what is shown here is as it was before.
    if (context.contentsModel?.writable !== false && !context.model.dirty) {
      void context.revert().then(() => freezeCells());
    }
  }
  const freezeCells = () => {
    for (const cell of inside.content?.widgets ?? []) {
      cell.readOnly = true;
    }
    const shared = inside.content?.model?.sharedModel;
    if (shared && !Object.hasOwn(shared, 'insertCells')) {
      // Neither new cells, nor fewer, nor in another order. To load the file again is no change of it.
      const lift = () => {
        for (const name of CHANGES) {
          delete (shared as Partial<Shared>)[name];
        }
      };
      const hold = () => {
        for (const name of CHANGES) {
          shared[name] = () => [];
        }
      };
      const revert = context.revert.bind(context);
      (context as { revert: () => Promise<void> }).revert = async () => {
        lift();
        await revert();
        hold();
        freezeCells();
      };
      hold();
    }
  };
  const write = () => {
    const { report: now } = notebook;
    if (!now) {
      return;
    }
    const when = now.published ? new Date(now.published).toLocaleString() : 'some time ago';
    const who = now.publisher ? ` by ${now.publisher}` : '';
    const line = document.createElement('span');
    line.textContent = `Published ${when}${who}: this report is locked${now.frozen ? ', and its data is kept with it' : ''}.`;
    const parts: Node[] = [line];
    if (now.trouble === 'changed') {
      const warning = document.createElement('strong');
      warning.textContent = 'The file was changed since: this is not what was published.';
      parts.push(warning);
    }
    if (context.model.dirty) {
      const note = document.createElement('span');
      note.textContent = 'What changed in this tab is not part of it, and is not saved.';
      const back = buttonOf('Show what was published', () => void context.revert());
      parts.push(note, back);
    }
    parts.push(buttonOf('Edit a copy', onCopy));
    banner.node.replaceChildren(...parts);
  };
  freezeCells();
  write();
}

function buttonOf(label: string, run: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'tk-button tk-strong';
  button.textContent = label;
  button.addEventListener('click', run);
  return button;
}
