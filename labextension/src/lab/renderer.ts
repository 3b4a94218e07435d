// One output that holds a view: loads the code of the views on first use and mounts it.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import type { View } from '../ui/protocol';
import { kernelDoor } from './announce';
import { noticing } from './gone';
import { reasonOf, showPicture } from './picture';
import { type LabServer, reaches } from './server';

export const MIME_TYPE = 'application/vnd.trackkit.view+json';
const WIDGET_TYPE = 'application/vnd.jupyter.widget-view+json';

const NO_EXTENSION =
  'The Jupyter server does not have the trackkit_jupyter extension enabled. ' +
  'To see the live view, run the command below where the server runs, then restart the server.';
const NO_EXTENSION_KERNEL =
  'The kernel answers this view, because the Jupyter server does not have the trackkit_jupyter extension enabled. ' +
  'To see it without a kernel too, run the command below where the server runs, then restart the server.';
const NO_EXTENSION_AGAIN = 'The Jupyter server does not have the trackkit_jupyter extension enabled.';
const ENABLE = 'jupyter server extension enable trackkit_jupyter';
const NOT_LOADED = 'The code of the view could not be loaded. Reload the page to see the live view.';
const NOT_A_VIEW = 'This output holds no view that this version of trackkit_jupyter can read.';

/** The output that says how to enable the extension; while it is there, the others do not say it again. */
let explaining: ViewRenderer | null = null;

export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  private shown = '';
  private picture: unknown = null;
  private mounted = new AbortController();

  constructor(
    private readonly server: LabServer,
    private readonly resolver: IRenderMime.IResolver | null,
  ) {
    super();
    this.addClass('jp-RenderedTrackkit');
    // Keys typed into a view are the view's: without this, letters run commands of the notebook.
    this.node.dataset.lmSuppressShortcuts = 'true';
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const view = model.data[MIME_TYPE];
    const content = JSON.stringify(view);
    this.picture = model.data['image/png'];
    // Sent again with a fresh picture when its cell ends: the view on screen stays as it is.
    if (content === this.shown) {
      return;
    }
    this.shown = content;
    this.mounted.abort();
    this.mounted = new AbortController();
    await this.draw(view, model.data, this.mounted.signal);
  }

  override dispose(): void {
    this.mounted.abort();
    explaining = explaining === this ? null : explaining;
    super.dispose();
  }

  private async draw(view: unknown, data: IRenderMime.IMimeModel['data'], signal: AbortSignal): Promise<void> {
    const { picture } = this;
    if (!isView(view)) {
      showPicture(this.node, picture, NOT_A_VIEW);
      return;
    }
    const [ui, hasExtension, path] = await Promise.all([
      import('../ui').catch(() => null),
      this.server.hasExtension(),
      this.contentsPath(view.store.path ?? null),
    ]);
    if (signal.aborted) {
      return;
    }
    this.shown = ui && hasExtension ? this.shown : ''; // the next rendering tries again
    const door = ui && !hasExtension ? await kernelDoor(data[WIDGET_TYPE]) : null;
    if (signal.aborted) {
      return;
    }
    if (hasExtension) {
      explaining = explaining === this ? null : explaining;
    } else {
      explaining ??= this;
    }
    const explains = explaining === this;
    if (!hasExtension && !door) {
      showPicture(this.node, picture, explains ? NO_EXTENSION : NO_EXTENSION_AGAIN, explains ? ENABLE : undefined);
      return;
    }
    if (!ui) {
      showPicture(this.node, picture, NOT_LOADED);
      return;
    }
    const { baseUrl, request } = this.server;
    const onGone = (reason: string) => this.giveUp(reason, signal);
    const root = document.createElement('div');
    if (door) {
      // Live all the same, as long as the kernel runs.
      this.shown = JSON.stringify(view);
      this.node.replaceChildren(root, ...(explains ? [reasonOf(NO_EXTENSION_KERNEL, ENABLE)] : []));
      ui.mount(root, view, noticing(ui.commSource(door, view.store.id), onGone), signal);
      return;
    }
    const source = ui.sharedSource(request, { id: view.store.id, path }, { baseUrl, reaches });
    this.node.replaceChildren(root);
    ui.mount(root, view, noticing(source, onGone), signal);
  }

  /** Show the saved picture in place of a view whose experiments are not there; the next rendering tries again. */
  private giveUp(reason: string, signal: AbortSignal): void {
    if (!signal.aborted) {
      this.shown = '';
      this.mounted.abort();
      showPicture(this.node, this.picture, reason);
    }
  }

  /** The store's folder as the server's contents know it: the view has it relative to the notebook. */
  private async contentsPath(path: string | null): Promise<string | null> {
    if (!path || !this.resolver) {
      return path;
    }
    try {
      const url = path.split('/').map(encodeURIComponent).join('/');
      return decodeURIComponent(await this.resolver.resolveUrl(url));
    } catch {
      return null;
    }
  }
}

function isView(data: unknown): data is View {
  const view = data as Partial<View> | null | undefined;
  return typeof view?.kind === 'string' && typeof view.store?.id === 'string' && Array.isArray(view.objects);
}
