// Markdown with embed snippets: each becomes a link that the sanitiser keeps, and after rendering a live view. Other frames stay stripped.

import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Widget } from '@lumino/widgets';
import type { Shelf } from './commands';
import type { LabServer } from './server';

const MIME = 'text/markdown';
/** Most Markdown has no frame: only what has needs the rest of our code. */
const FRAMED = /<iframe/i;

export interface Wrapped {
  server: LabServer;
  shelf: Shelf | null;
  resolver: IRenderMime.IResolver | null;
}

/** Put ourselves around the renderer of Markdown that is there. */
export function wrapMarkdown(rendermime: IRenderMimeRegistry, server: LabServer, shelf: Shelf | null): void {
  const factory = rendermime.getFactory(MIME);
  if (!factory) {
    return;
  }
  rendermime.addFactory({
    safe: factory.safe,
    mimeTypes: factory.mimeTypes,
    defaultRank: factory.defaultRank ?? 60,
    createRenderer: options => {
      const snippets: string[] = [];
      const { markdownParser: parser } = options;
      const inner = parser && linking(parser, snippets, server.baseUrl);
      const renderer = factory.createRenderer({ ...options, markdownParser: inner });
      mounting(renderer, snippets, { server, shelf, resolver: options.resolver });
      return renderer;
    },
  });
}

function linking(
  parser: IRenderMime.IMarkdownParser,
  snippets: string[],
  baseUrl: string,
): IRenderMime.IMarkdownParser {
  const render = async (text: string) => {
    const markup = await parser.render(text);
    return FRAMED.test(markup) ? (await import('./snippets')).linked(markup, snippets, baseUrl) : markup;
  };
  return new Proxy(parser, {
    get: (target, name) => {
      const own = Reflect.get(target, name) as unknown;
      return name === 'render' ? render : typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

/** After each rendering, show the views in the place of their links, until the next one or the end. */
function mounting(renderer: IRenderMime.IRenderer, snippets: string[], wrapped: Wrapped): void {
  const render = renderer.renderModel.bind(renderer);
  let mounted = new AbortController();
  (renderer as unknown as Widget).disposed.connect(() => mounted.abort());
  renderer.renderModel = async model => {
    mounted.abort();
    mounted = new AbortController();
    const { signal } = mounted;
    snippets.length = 0;
    const source = String(model.data[MIME]);
    const framed = FRAMED.test(source) && source.includes('$');
    await render(framed ? (await import('./snippets')).changed(model, MIME) : model);
    if (snippets.length > 0 && !signal.aborted) {
      const { mountEmbeds } = await import('./markdownembeds');
      await mountEmbeds(renderer.node, [...snippets], wrapped, signal);
    }
  };
}
