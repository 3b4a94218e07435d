// What opens at a button and lies over the page, outside of every frame that would cut it; it closes on Escape and when a person turns elsewhere.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import '../styles/menu.css';

const GAP = 2;
const EDGE = 8;

/** What it opens at: an element, or a place that acts as one. */
export type Anchor = Pick<HTMLElement, 'getBoundingClientRect' | 'contains' | 'focus'>;

interface LayerProps {
  anchor: { readonly current: Anchor | null };
  /** Told why: by the keyboard, the focus goes back to the anchor. */
  onClose: () => void;
  class?: string;
  /** Selector of what gets the focus when it opens. */
  focus?: string;
  children: ComponentChildren;
}

export function Layer({ anchor, onClose, class: name = '', focus, children }: LayerProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const layer = box.current as HTMLDivElement;
    const closing = new AbortController();
    const { signal } = closing;
    const { ownerDocument: page } = layer;
    layer.showPopover?.();
    if (focus) {
      layer.querySelector<HTMLElement>(focus)?.focus();
    }
    const put = () => place(layer, anchor.current);
    put();
    const sizes = new ResizeObserver(put);
    sizes.observe(layer);
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (!layer.contains(target) && !anchor.current?.contains(target)) {
        close.current();
      }
    };
    page.addEventListener('pointerdown', outside, { signal, capture: true });
    page.addEventListener('focusin', outside, { signal });
    page.addEventListener('scroll', event => !layer.contains(event.target as Node) && put(), { signal, capture: true });
    page.defaultView?.addEventListener('resize', put, { signal });
    layer.addEventListener(
      'keydown',
      event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          close.current();
          anchor.current?.focus();
        }
      },
      { signal },
    );
    return () => {
      closing.abort();
      sizes.disconnect();
    };
  }, []);
  return (
    <div ref={box} class={`tk-layer ${name}`} popover="manual">
      {children}
    </div>
  );
}

/** Below the anchor, with its end where the anchor ends; above it, or moved, where there is no room. */
function place(layer: HTMLElement, anchor: Anchor | null): void {
  const view = layer.ownerDocument.documentElement;
  const from = anchor?.getBoundingClientRect();
  if (!from) {
    return;
  }
  const { offsetWidth: width, scrollHeight: height } = layer;
  const below = view.clientHeight - from.bottom - GAP - EDGE;
  const above = from.top - GAP - EDGE;
  const up = below < Math.min(height, 200) && above > below;
  const room = up ? above : below;
  const left = Math.max(EDGE, Math.min(from.left, view.clientWidth - width - EDGE));
  layer.style.maxHeight = `${Math.max(room, 96)}px`;
  layer.style.left = `${left}px`;
  layer.style.top = up ? `${Math.max(EDGE, from.top - GAP - Math.min(height, room))}px` : `${from.bottom + GAP}px`;
}
