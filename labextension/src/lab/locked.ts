// A published report in the Lab: its cells cannot be edited, and a banner says who published it, when, and what to do.

import { Widget } from '@lumino/widgets';
import { saidOf } from './frozen';
import type { Notebook } from './reportdesk';
import '../ui/styles/reports.css';

/** What of a notebook's panel is needed here. */
interface Panel {
  content?: { widgets?: readonly { readOnly?: boolean }[]; model?: { sharedModel?: Shared } };
}

/** What changes the order and number of the cells of a notebook. */
type Shared = Record<'insertCells' | 'moveCells' | 'deleteCellRange', (...given: never[]) => unknown>;
const CHANGES = ['insertCells', 'moveCells', 'deleteCellRange'] as const;

const locks = new WeakMap<Notebook, () => void>();

/** Lock a notebook whose report is published; said again, it tells what is known by now. */
export function lock(notebook: Notebook, onCopy: () => void, signal: AbortSignal): void {
  const known = locks.get(notebook);
  if (known) {
    known();
    return;
  }
  const { panel, context } = notebook;
  const banner = new Banner();
  panel.contentHeader.insertWidget(0, banner);
  signal.addEventListener('abort', () => banner.dispose());
  // Published from elsewhere. Where there was something in this tab that was not saved, it stays until a person says so.
  const isStale = saidOf(context)?.status !== 'published';
  let unsaved = isStale && context.model.dirty;
  const settle = () => {
    if (!unsaved) {
      context.model.dirty = false; // there is no way to save it: nobody is asked whether to
    }
  };
  const write = () => {
    const { report, locked } = notebook;
    const when = report?.published ? new Date(report.published).toLocaleString() : '';
    const who = report?.publisher ? ` by ${report.publisher}` : '';
    banner.write([
      said(
        'span',
        locked ??
          `Published ${when}${who}: this report is locked${report?.frozen ? ', and its data is kept with it' : ''}.`,
      ),
      ...(report?.trouble === 'changed'
        ? [said('strong', 'Its file was changed since: this is not what was published.')]
        : []),
      ...(unsaved
        ? [
            said('span', 'What was not saved in this tab is not part of it.'),
            button('Show what was published', () => void again().then(() => banner.focus())),
          ]
        : []),
      ...(report ? [button('Edit a copy', onCopy)] : []),
    ]);
  };
  const again = async () => {
    try {
      await context.revert();
    } catch {
      return; // the Lab says why, and the button is still there
    }
    unsaved = false;
    hold(notebook);
    settle();
    write();
  };
  locks.set(notebook, write);
  context.model.contentChanged.connect(() => queueMicrotask(settle));
  hold(notebook);
  settle();
  write();
  if (isStale && !unsaved) {
    void again();
  }
}

/** Cells that cannot be edited; neither new ones, nor fewer, nor in another order. */
function hold({ panel, context }: Notebook): void {
  const { content } = panel as unknown as Panel;
  const shared = content?.model?.sharedModel;
  for (const cell of content?.widgets ?? []) {
    cell.readOnly = true;
  }
  if (!shared || Object.hasOwn(shared, 'insertCells')) {
    return;
  }
  for (const name of CHANGES) {
    shared[name] = () => [];
  }
  // To load the file again is no change of it.
  const revert = Object.getPrototypeOf(context).revert as () => Promise<void>;
  (context as { revert: () => Promise<void> }).revert = async () => {
    for (const name of CHANGES) {
      delete (shared as Partial<Shared>)[name];
    }
    try {
      await revert.call(context);
    } finally {
      hold({ panel, context } as Notebook);
    }
  };
}

/** A line of any height at the head of a panel, whose layout wants to know how high. */
class Banner extends Widget {
  private readonly line = document.createElement('div');
  private readonly sized = new ResizeObserver(() => this.resize());

  constructor() {
    super();
    this.line.className = 'trackkit tk-report-banner';
    this.line.setAttribute('role', 'status');
    this.node.style.overflow = 'hidden';
    this.node.append(this.line);
    this.sized.observe(this.line);
  }

  write(parts: Node[]): void {
    // What stands there already is not said again, and keeps the focus.
    if (parts.map(part => part.textContent).join('') !== this.line.textContent) {
      this.line.replaceChildren(...parts);
      this.resize();
    }
  }

  /** Where the focus goes when the button that had it is not there any more. */
  focus(): void {
    this.line.querySelector<HTMLElement>('button:last-of-type')?.focus();
  }

  override dispose(): void {
    this.sized.disconnect();
    super.dispose();
  }

  private resize(): void {
    const height = `${this.line.offsetHeight}px`;
    if (this.node.style.minHeight !== height) {
      this.node.style.minHeight = height;
      this.parent?.fit();
    }
  }
}

function said(tag: 'span' | 'strong', text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function button(label: string, run: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'tk-button tk-strong';
  made.textContent = label;
  made.addEventListener('click', run);
  return made;
}
