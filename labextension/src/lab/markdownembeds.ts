// The views of the snippets in rendered Markdown; fetched when there are any.

import { EmbedError } from '../ui/embedding/parameters';
import { parse, write } from '../ui/embedding/url';
import type { View } from '../ui/protocol';
import { frozenStore } from './frozen';
import type { Wrapped } from './markdown';
import { type LabServer, reaches } from './server';
import { LINK } from './snippets';

/** The classes by which the host styles Markdown. */
const STYLES = ['jp-RenderedHTMLCommon', 'jp-RenderedMarkdown'];
/** They are mounted when they come as near to the screen as this. */
const NEAR = '400px';
const FRAME_CLASS = 'trackkit-embed-frame';

export async function mountEmbeds(
  root: HTMLElement,
  snippets: string[],
  wrapped: Wrapped,
  signal: AbortSignal,
): Promise<void> {
  const { server } = wrapped;
  // Without our server the links remain.
  if (!(await server.hasExtension()) || signal.aborted) {
    return;
  }
  const near = new IntersectionObserver(
    entries => {
      for (const { isIntersecting, target } of entries) {
        const frame = target as HTMLElement;
        if (isIntersecting) {
          near.unobserve(frame);
          void fill(frame, snippets[Number(frame.dataset.embed)] ?? '', wrapped, signal);
        }
      }
    },
    { rootMargin: NEAR },
  );
  signal.addEventListener('abort', () => near.disconnect());
  for (const link of root.querySelectorAll<HTMLAnchorElement>(`a.${LINK}`)) {
    const at = new RegExp(`\\b${LINK}-(\\d+)\\b`).exec(link.className)?.[1];
    const snippet = at === undefined ? undefined : snippets[Number(at)];
    if (at !== undefined && snippet !== undefined) {
      const frame = frameOf(snippet, at);
      link.replaceWith(frame);
      near.observe(frame);
    }
  }
  apart(root, signal);
}

/**
 * Put the frames between pieces of Markdown instead of inside of it, so that what the host says of all HTML there is not
 * said of the views. A frame inside a fold or a sentence stays where it is.
 */
function apart(root: HTMLElement, signal: AbortSignal): void {
  const styles = STYLES.filter(name => root.classList.contains(name));
  const pieces: Node[] = [];
  let piece: HTMLElement | null = null;
  for (const child of [...root.childNodes]) {
    const frames = framesOf(child);
    if (frames) {
      pieces.push(...frames);
      piece = null;
    } else {
      if (!piece) {
        piece = document.createElement('div');
        piece.classList.add(...styles);
        pieces.push(piece);
      }
      piece.append(child);
    }
  }
  root.classList.remove(...styles);
  signal.addEventListener('abort', () => root.classList.add(...styles)); // for what is rendered next
  root.replaceChildren(...pieces);
}

/** The frames that a node is, or a paragraph of nothing else holds. */
function framesOf(node: Node): Node[] | null {
  if (!(node instanceof HTMLElement)) {
    return null;
  }
  if (node.classList.contains(FRAME_CLASS)) {
    return [node];
  }
  const inside = [...node.childNodes].filter(child => child.textContent?.trim() || child instanceof HTMLElement);
  const frames = inside.filter(child => child instanceof HTMLElement && child.classList.contains(FRAME_CLASS));
  return node.tagName === 'P' && frames.length > 0 && frames.length === inside.length ? frames : null;
}

function frameOf(snippet: string, at: string): HTMLElement {
  const frame = document.createElement('div');
  frame.className = `jp-RenderedTrackkit ${FRAME_CLASS}`;
  frame.dataset.embed = at;
  frame.dataset.lmSuppressShortcuts = 'true';
  const { width = '100%', height = 400 } = sizesIn(snippet);
  frame.style.width = typeof width === 'number' ? `${width}px` : width;
  frame.style.height = `${height}px`;
  frame.style.maxWidth = '100%';
  return frame;
}

function sizesIn(snippet: string): { width?: number | string; height?: number } {
  try {
    return parse(snippet).options as { width?: number | string; height?: number };
  } catch {
    return { height: 64 };
  }
}

async function fill(frame: HTMLElement, snippet: string, wrapped: Wrapped, signal: AbortSignal): Promise<void> {
  const { server, shelf, resolver } = wrapped;
  try {
    const asked = parse(snippet);
    const frozen = frozenStore(resolver);
    const [ui, view] = await Promise.all([
      import('../ui'),
      frozen ? { ...asked, store: { id: frozen, path: null } } : found(asked, server, signal),
    ]);
    if (signal.aborted) {
      return;
    }
    const source = ui.sharedSource(server.request, view.store, { baseUrl: server.baseUrl, reaches });
    const { width: _, ...options } = view.options;
    const host = shelf?.host('compact', view.store) ?? null;
    ui.mount(frame, { ...view, options: { ...options, height: '100%' } }, source, signal, undefined, host);
  } catch (reason) {
    if (!signal.aborted) {
      frame.style.height = 'auto';
      frame.textContent = `This embed cannot be shown. ${reason instanceof Error ? reason.message : ''}`;
    }
  }
}

/** The view with its store as the server finds it, which a snippet need not name. */
async function found(view: View, server: LabServer, signal: AbortSignal): Promise<View> {
  const query = write(view).split('?')[1];
  const answer = await server.request(`trackkit/view?${query}`, { method: 'GET', signal });
  const body = (await answer.json()) as { message?: string; store?: View['store'] };
  if (!answer.ok || !body.store) {
    throw new EmbedError(body.message ?? `The Jupyter server answered with status ${answer.status}.`, 'objects');
  }
  return { ...view, store: body.store };
}
