// One output that holds a view: the code that draws it comes with the first one.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import type { ViewRenderer } from './renderer';

export const MIME_TYPE = 'application/vnd.trackkit.view+json';

const NOT_LOADED = 'The code of trackkit_jupyter could not be loaded. Reload the page to see the live view.';

export class Output extends Widget implements IRenderMime.IRenderer {
  private renderer: Promise<ViewRenderer> | null = null;

  constructor(private readonly make: (node: HTMLElement) => Promise<ViewRenderer>) {
    super();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.renderer ??= this.make(this.node);
    try {
      await (await this.renderer).renderModel(model);
    } catch {
      this.renderer = null; // the next rendering tries again
      const picture = document.createElement('img');
      picture.src = `data:image/png;base64,${model.data['image/png']}`;
      picture.alt = NOT_LOADED;
      picture.title = NOT_LOADED;
      this.node.replaceChildren(picture);
    }
  }

  override dispose(): void {
    this.renderer?.then(
      renderer => renderer.dispose(),
      () => undefined,
    );
    super.dispose();
  }
}
