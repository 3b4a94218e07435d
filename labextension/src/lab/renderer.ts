// What an output with a view shows: the view, once its code and the server are there, or the saved picture and why.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import type { Door, Host, Model, Source } from '../ui';
import { noticing } from '../ui/gone';
import { reasonOf, showPicture } from '../ui/picture';
import type { View } from '../ui/protocol';
import { isKind, isNewer, readView } from '../ui/reading';
import { followModel, kernelDoor } from './announce';
import type { Shelf } from './commands';
import { frozenStore } from './frozen';
import { Once } from './once';
import { MIME_TYPE } from './output';
import { type LabServer, reaches } from './server';

const WIDGET_TYPE = 'application/vnd.jupyter.widget-view+json';

const NO_EXTENSION =
  'The Jupyter server does not have the trackkit_jupyter extension enabled. ' +
  'To see the live view, run the command below where the server runs, then restart the server.';
const NO_EXTENSION_KERNEL =
  'The kernel answers this view, because the Jupyter server does not have the trackkit_jupyter extension enabled. ' +
  'To see it without a kernel too, run the command below where the server runs, then restart the server.';
const NO_EXTENSION_AGAIN = 'The Jupyter server does not have the trackkit_jupyter extension enabled.';
const NEWER_AGAIN =
  'It was made by a trackkit_jupyter that is newer than that of the Jupyter server, which does not know this kind of view.';
const ENABLE = 'jupyter server extension enable trackkit_jupyter';
const NOT_LOADED = 'The code of the view could not be loaded. Reload the page to see the live view.';
const NOT_A_VIEW = 'This output holds no view that this version of trackkit_jupyter can read.';

/** A model that is on its way when its output is drawn is awaited for so long; later it takes the place of the saved view. */
const MODEL_MS = 400;

const missing = new Once();
const versions = new Once();

/** A sentence, and the command that mends what it says. */
type Said = [reason: string, command?: string];

/** What a view needs to be live. */
interface Live {
  ui: typeof import('../ui');
  view: View;
  source: Source;
  said: Said | null;
}

export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  private shown = '';
  private picture: unknown = null;
  private mounted = new AbortController();

  /** Where the view can be shown besides. */
  private places: Host | null = null;

  constructor(
    private readonly server: LabServer,
    private readonly resolver: IRenderMime.IResolver | null,
    private readonly shelf: Shelf | null = null,
    private readonly onShown: (store: View['store']) => void = () => undefined,
    node: HTMLElement = document.createElement('div'),
  ) {
    super({ node });
    this.addClass('jp-RenderedTrackkit');
    // Keys typed into a view are the view's: without this, letters run commands of the notebook.
    this.node.dataset.lmSuppressShortcuts = 'true';
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const view = model.data[MIME_TYPE];
    const content = JSON.stringify([view, modelOf(model.data)]);
    this.picture = model.data['image/png'] || pictureIn(model.data['text/html']);
    // Sent again with a fresh picture when its cell ends: the view on screen stays as it is.
    if (content === this.shown) {
      return;
    }
    this.shown = content;
    this.mounted.abort();
    this.mounted = new AbortController();
    await this.draw(model.data, this.mounted.signal);
  }

  override dispose(): void {
    this.mounted.abort();
    missing.leave(this);
    versions.leave(this);
    super.dispose();
  }

  private async draw(data: IRenderMime.IMimeModel['data'], signal: AbortSignal): Promise<void> {
    const { picture, shown } = this;
    const found = readView(data[MIME_TYPE]);
    const frozen = frozenStore(this.resolver);
    const view = found && frozen ? { ...found, store: { id: frozen, path: null } } : found;
    if (!view) {
      showPicture(this.node, picture, NOT_A_VIEW);
      return;
    }
    await null; // until the output is in its cell
    const running = this.runs();
    const [ui, hasExtension, version, path] = await Promise.all([
      import('../ui').catch(() => null),
      this.server.hasExtension(),
      this.server.version(),
      this.contentsPath(view.store.path),
    ]);
    const door = ui && !hasExtension ? await kernelDoor(data[WIDGET_TYPE]) : null;
    if (signal.aborted) {
      return;
    }
    this.shown = ''; // unless it becomes live, the next rendering tries again
    const said = hasExtension ? this.saysVersions(data, version, running) : this.saysMissing(door);
    if (!ui) {
      showPicture(this.node, picture, NOT_LOADED);
    } else if (!hasExtension && !door) {
      showPicture(this.node, picture, ...(said ?? [NO_EXTENSION_AGAIN]));
    } else if (!isKind(view.kind)) {
      showPicture(this.node, picture, ...(said ?? [NEWER_AGAIN]));
    } else {
      this.shown = shown;
      const { baseUrl, request } = this.server;
      if (hasExtension) {
        this.onShown({ id: view.store.id, path });
      }
      const source = door
        ? ui.commSource(door, view.store.id)
        : ui.sharedSource(request, { id: view.store.id, path }, { baseUrl, reaches });
      // Without our server a view fills the window: what the kernel answers stands where its output is.
      this.places = hasExtension ? (this.shelf?.host('compact', { id: view.store.id, path }) ?? null) : null;
      const live = { ui, view, source: noticing(source, reason => this.giveUp(reason, signal)), said };
      const id = modelOf(data);
      if (id) {
        this.bind(id, live, signal);
      } else {
        this.begin(live, null, signal);
      }
    }
  }

  /** Show the model of a widget for as long as there is one; before that, the saved view; after it was closed, nothing. */
  private bind(id: string, live: Live, signal: AbortSignal): void {
    let life: AbortController | null = null;
    let had = false;
    const start = (model: Model | null) => {
      life?.abort();
      life = new AbortController();
      this.begin(live, model, AbortSignal.any([signal, life.signal]));
    };
    followModel(
      id,
      model => {
        if (model) {
          had = true;
          start(model);
        } else if (had) {
          life?.abort();
          this.node.replaceChildren();
        }
      },
      signal,
    );
    setTimeout(() => life || signal.aborted || start(null), MODEL_MS);
  }

  private begin({ ui, view, source, said }: Live, model: Model | null, signal: AbortSignal): void {
    const root = document.createElement('div');
    this.node.replaceChildren(root, ...(said ? [reasonOf(...said)] : []));
    if (model) {
      ui.follow(root, model, source, signal);
    } else {
      ui.mount(root, view, source, signal, undefined, this.places);
    }
  }

  /** What is to be said of a server and a kernel that have two versions of us; once in a page. */
  private saysVersions(data: IRenderMime.IMimeModel['data'], version: string | null, running: boolean): Said | null {
    missing.leave(this);
    const by = (data[MIME_TYPE] as { made_by?: unknown }).made_by;
    const made = typeof by === 'string' ? by : null;
    const newer = isNewer(made, version);
    // What an older version saved is no matter; that it runs now is.
    if (!(newer || (running && isNewer(version, made))) || !versions.take(this)) {
      versions.leave(this);
      return null;
    }
    const both = `The kernel has trackkit_jupyter ${made}, the Jupyter server has ${version}. `;
    return newer
      ? [
          `${both}What both know is shown, and nothing is lost; what is new in the kernel is not. To see it all, run the ` +
            'command below where the server runs, then restart the server.',
          `pip install trackkit_jupyter==${made}`,
        ]
      : [
          `${both}What the kernel records is shown, all of it; what is new in the server it does not record. To have ` +
            'both, run the command below in a cell, then restart the kernel.',
          `%pip install trackkit_jupyter==${version}`,
        ];
  }

  /** Whether the cell of this output runs: then it was made just now, by the kernel that is there. */
  private runs(): boolean {
    return /\*/.test(this.node.closest('.jp-CodeCell')?.querySelector('.jp-InputPrompt')?.textContent ?? '');
  }

  /** What is to be said of a server without our extension; how to mend it, once in a page. */
  private saysMissing(door: Door | null): Said | null {
    const explains = missing.take(this);
    return explains ? [door ? NO_EXTENSION_KERNEL : NO_EXTENSION, ENABLE] : null;
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

/** The name of the model that an output was made with, where it was a widget with traits. */
function modelOf(data: IRenderMime.IMimeModel['data']): string | null {
  const named = (data[WIDGET_TYPE] as { trackkit_model?: unknown } | undefined)?.trackkit_model;
  return typeof named === 'string' ? named : null;
}

/** The picture of an output that has it in its HTML only. */
function pictureIn(text: unknown): string | null {
  return (
    /src="data:image\/png;base64,([\w+/=]+)"/.exec(Array.isArray(text) ? text.join('') : String(text))?.[1] ?? null
  );
}
