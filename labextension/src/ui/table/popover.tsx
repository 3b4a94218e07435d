// A small window at a button: above everything, closed by Escape or a click beside it.

import { useSignal } from '@preact/signals';
import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../parts/icon';
import '../styles/experiments.css';

interface PopoverProps {
  label: string;
  icon?: IconNode;
  /** Beside the icon; without it the label is in the tooltip only. */
  text?: ComponentChildren;
  disabled?: boolean;
  strong?: boolean;
  class?: string;
  children: (close: () => void) => ComponentChildren;
}

const MARGIN = 8;

/** What arrows walk through: not where they move in a text that they can be chosen from. */
const WALKED = 'button:not(:disabled), input:not([list])';

/** Arrows up and down walk through what is in the window. */
function walk(event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(WALKED)];
  const at = all.indexOf(event.target as HTMLElement);
  const to = by && at >= 0 ? all[at + by] : undefined;
  if (to) {
    event.preventDefault();
    to.focus();
  }
}

export function Popover({ label, icon, text, disabled, strong, children, class: name = '' }: PopoverProps) {
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => box.current?.hidePopover?.();
  const place = () => {
    const at = button.current?.getBoundingClientRect();
    const element = box.current;
    if (!at || !element) {
      return;
    }
    const { width, height } = element.getBoundingClientRect();
    const room = element.ownerDocument.documentElement;
    element.style.left = `${Math.max(MARGIN, Math.min(at.left, room.clientWidth - width - MARGIN))}px`;
    const below = at.bottom + 2;
    const fits = below + height <= room.clientHeight - MARGIN;
    element.style.top = `${fits ? below : Math.max(MARGIN, Math.min(below, room.clientHeight - height - MARGIN))}px`;
    element.querySelector<HTMLElement>('input, button')?.focus({ preventScroll: true });
  };
  return (
    <>
      <Button
        label={label}
        {...(icon ? { icon } : {})}
        expanded={open.value}
        disabled={disabled ?? false}
        class={`${strong ? 'tk-strong' : ''} ${name}`}
        buttonRef={button}
        onClick={() => box.current?.togglePopover?.()}
      >
        {text}
      </Button>
      <div
        ref={box}
        class="tk-window"
        popover="auto"
        role="dialog"
        aria-label={label}
        onToggle={event => {
          open.value = (event as unknown as { newState: string }).newState === 'open';
          if (open.value) {
            requestAnimationFrame(place);
          }
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            event.preventDefault();
            close();
            button.current?.focus();
          } else {
            walk(event);
          }
        }}
      >
        {open.value && children(close)}
      </div>
    </>
  );
}
