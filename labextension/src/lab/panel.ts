// A view in a place of its own in the Lab: the main area for the full screen, the right area for the info panel.

import { MainAreaWidget } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import type { Mode, View } from '../ui';
import type { Shelf } from './commands';
import { icon } from './icon';
import { reaches } from './server';
import { settingsNow } from './settings';

/** An info panel that is narrower is of no use. */
const INFO_WIDTH = '380px';

export type Panel = MainAreaWidget<ViewPanel>;

class ViewPanel extends Widget {
  private mounted = new AbortController();
  view: View;

  constructor(
    view: View,
    readonly mode: Mode,
    private readonly shelf: Shelf,
  ) {
    super();
    this.view = view;
    this.node.style.overflow = 'hidden';
  }

  /** Show a view, in the place of the one before. */
  async present(view: View, changed: () => void): Promise<void> {
    this.mounted.abort();
    this.mounted = new AbortController();
    const { signal } = this.mounted;
    this.view = view;
    const [ui, { baseUrl, request }] = [await import('../ui'), this.shelf.server];
    if (signal.aborted) {
      return;
    }
    const { width: _, ...options } = view.options;
    const place = document.createElement('div');
    place.style.height = '100%';
    this.node.replaceChildren(place);
    const source = ui.sharedSource(request, view.store, { baseUrl, reaches });
    const keep = (patch: View['options']) => {
      this.view = { ...this.view, options: { ...this.view.options, ...patch } };
      changed();
    };
    const named = (name: string) => {
      for (const title of [this.title, this.parent?.title]) {
        if (title) {
          title.label = name;
          title.caption = `${view.kind === 'model' ? 'Model' : 'Experiment'} ${name}`;
        }
      }
    };
    const host = { ...this.shelf.host(this.mode, view.store, () => this.parent?.dispose()), named };
    ui.mount(place, { ...view, options: { ...options, height: '100%' } }, source, signal, keep, host);
  }

  override dispose(): void {
    this.mounted.abort();
    super.dispose();
  }
}

/**
 * Open a view in the full screen or in the info panel; each experiment has one tab, and there is one info panel. A fresh
 * one opens on the tab that a person set.
 */
export async function open(asked: View, mode: Mode, shelf: Shelf, fresh = false): Promise<void> {
  const { shell, tracker } = shelf;
  const tab = fresh && asked.kind === 'experiment' ? (await settingsNow(shelf.registry))?.tab : undefined;
  const view = { ...asked, options: { ...(tab ? { tab } : {}), ...asked.options } };
  const id = mode === 'full' ? `trackkit-full-${placeOf(view)}` : 'trackkit-info';
  let panel = tracker.find(found => found.id === id) as Panel | undefined;
  if (!panel) {
    panel = new MainAreaWidget({ content: new ViewPanel(view, mode, shelf) });
    panel.id = id;
    panel.toolbar.hide();
    // The layout of the panel decides its own; what is in it says how narrow that may be.
    panel.content.node.style.minWidth = mode === 'full' ? '' : INFO_WIDTH;
    panel.title.label = view.title || TITLES[view.kind] || 'Experiment';
    panel.title.icon = mode === 'full' ? icon : undefined;
    panel.title.closable = true;
    shell.add(panel, mode === 'full' ? 'main' : 'right');
    await tracker.add(panel);
  }
  const shown = panel;
  shell.activateById(id);
  await shown.content.present(view, () => void tracker.save(shown));
  void tracker.save(shown);
}

const TITLES: Partial<Record<View['kind'], string>> = { comparison: 'Comparison', model: 'Model', scalars: 'Scalars' };

/** An object has one place; what shows several has one for these. */
function placeOf({ kind, objects }: View): string {
  return kind === 'experiment' || kind === 'model' ? String(objects[0]) : `${kind}-${objects.join('-')}`;
}
