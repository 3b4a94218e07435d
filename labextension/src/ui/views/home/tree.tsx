// The side panel's tree, as WAI-ARIA describes one: arrows move and unfold, letters find, Enter opens.

import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useVirtual, windowOf } from '../../parts/virtual';
import { type Node, parentOf, typedTo } from './nodes';

const ROW = 24;
/** What a row holds that has a use of its own. */
const TOOLS = 'button, input, label';
/** Letters typed within this time are one word. */
const TYPING_MS = 700;

interface TreeProps {
  nodes: readonly Node[];
  /** Key of the row that the keyboard is at. */
  cursor: Signal<string | null>;
  onFold: (node: Node, open: boolean) => void;
  /** Enter and the second click mean `full`; a click and the space bar do not. */
  onOpen: (node: Node, full: boolean) => void;
  /** Text by which a row can be dragged into a notebook. */
  cellOf: (node: Node) => string | undefined;
  draw: (node: Node) => ComponentChildren;
}

export function Tree({ nodes, cursor, onFold, onOpen, cellOf, draw }: TreeProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', time: 0 });
  const virtual = useVirtual({ count: nodes.length, scroller, rowHeight: ROW });
  const { indices, before, after } = windowOf(virtual, nodes.length);
  const at = nodes.findIndex(node => node.key === cursor.value);
  const rowAt = (index: number) => scroller.current?.querySelector<HTMLElement>(`#tk-home-${index}`);

  useLayoutEffect(() => {
    const row = at < 0 ? null : rowAt(at);
    if (row && scroller.current) {
      keepInSight(row, scroller.current);
    } else if (at >= 0) {
      virtual.scrollTo(at);
    }
  }, [cursor.value]);

  const to = (index: number) => {
    cursor.value = nodes[Math.max(0, Math.min(nodes.length - 1, index))]?.key ?? null;
  };
  const right = (node: Node) => {
    if (node.open === false) {
      onFold(node, true);
    } else if (node.open) {
      to(at + 1);
    }
  };
  const left = (node: Node) => {
    if (node.open) {
      onFold(node, false);
    } else {
      to(parentOf(nodes, at) ?? at);
    }
  };
  const find = (letter: string) => {
    const now = performance.now();
    const { text, time } = typed.current;
    typed.current = { text: now - time < TYPING_MS ? text + letter : letter, time: now };
    const found = typedTo(nodes, at, typed.current.text);
    if (found !== null) {
      to(found);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && event.target !== scroller.current) {
      scroller.current?.focus();
    }
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey || nodes.length === 0) {
      return;
    }
    const node = nodes[at];
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 2);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: nodes.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      typed.current.text = '';
      to(move);
    } else if (node && event.key === 'ArrowRight') {
      right(node);
    } else if (node && event.key === 'ArrowLeft') {
      left(node);
    } else if (node && (event.key === 'Enter' || event.key === ' ')) {
      onOpen(node, event.key === 'Enter');
    } else if (node && (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))) {
      menuAt(rowAt(at));
    } else if (event.key.length === 1 && event.key !== '/' && event.key !== '?') {
      find(event.key);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      class="tk-home-tree"
      role="tree"
      tabIndex={0}
      aria-label="Experiments and models"
      aria-activedescendant={at >= 0 ? `tk-home-${at}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => {
        if (at < 0) {
          to(0);
        }
      }}
    >
      <div style={{ height: `${before}px` }} />
      {indices.map(index => {
        const node = nodes[index] as Node;
        const { key, kind, depth, open, title } = node;
        const experiment = 'row' in node && kind !== 'model' ? node.row.id : undefined;
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the tree's
          // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus, and says which row is meant
          <div
            key={key}
            id={`tk-home-${index}`}
            ref={virtual.measure}
            role="treeitem"
            class={`tk-home-row tk-home-${kind}${index === at ? ' tk-cursor' : ''}`}
            style={{ '--tk-depth': depth }}
            aria-label={title}
            aria-level={depth + 1}
            aria-expanded={open}
            aria-selected={index === at}
            data-index={index}
            data-experiment={experiment}
            data-cell={cellOf(node)}
            data-label={title}
            onContextMenu={() => to(index)}
            onClick={event => {
              to(index);
              if (!(event.target as HTMLElement).closest(TOOLS)) {
                onOpen(node, false);
              }
            }}
            onDblClick={event => {
              if (!(event.target as HTMLElement).closest(TOOLS) && open === undefined) {
                onOpen(node, true);
              }
            }}
          >
            {draw(node)}
          </div>
        );
      })}
      <div style={{ height: `${after}px` }} />
    </div>
  );
}

/** Scroll no more than needed, and nothing but the list. */
function keepInSight(row: HTMLElement, scroller: HTMLElement): void {
  const [box, frame] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()];
  scroller.scrollTop += Math.min(0, box.top - frame.top) + Math.max(0, box.bottom - frame.bottom);
}

/** Ask for the menu of a row as a hand would: the host listens for that. */
function menuAt(row: HTMLElement | null | undefined): void {
  const box = row?.getBoundingClientRect();
  if (row && box) {
    const place = { clientX: box.left + 24, clientY: box.bottom };
    row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, ...place }));
  }
}
