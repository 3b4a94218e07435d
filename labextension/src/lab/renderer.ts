// One output that holds a view: loads the code of the views on first use and mounts it.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import type { View } from '../ui/protocol';
import { showPicture } from './picture';
import type { LabServer } from './server';

export const MIME_TYPE = 'application/vnd.trackkit.view+json';

const NO_EXTENSION =
  'The Jupyter server does not have the trackkit_jupyter extension enabled. ' +
  'To see the live view, run the command below where the server runs, then restart the server.';
const ENABLE = 'jupyter server extension enable trackkit_jupyter';
const NOT_LOADED = 'The code of the view could not be loaded. Reload the page to see the live view.';
const NOT_A_VIEW = 'This output holds no view that this version of trackkit_jupyter can read.';

export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  private shown = '';
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
    // Sent again with a fresh picture when its cell ends: the view on screen stays as it is.
    if (content === this.shown) {
      return;
    }
    this.shown = content;
    this.mounted.abort();
    this.mounted = new AbortController();
    await this.draw(view, model.data['image/png'], this.mounted.signal);
  }

  override dispose(): void {
    this.mounted.abort();
    super.dispose();
  }

  private async draw(view: unknown, picture: unknown, signal: AbortSignal): Promise<void> {
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
    if (!hasExtension) {
      showPicture(this.node, picture, NO_EXTENSION, ENABLE);
      return;
    }
    if (!ui) {
      showPicture(this.node, picture, NOT_LOADED);
      return;
    }
    const { baseUrl, request } = this.server;
    const source = ui.sharedSource(request, { id: view.store.id, path }, { baseUrl });
    const root = document.createElement('div');
    this.node.replaceChildren(root);
    ui.mount(root, view, source, signal);
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
