// A button and what opens below it: closes on Escape, and when a person turns elsewhere.

import { useSignal } from '@preact/signals';
import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './icon';

interface PopoverProps {
  label: string;
  icon?: IconNode;
  /** Shown on the button. */
  title: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Popover({ label, icon, title, class: name = '', children }: PopoverProps) {
  const open = useSignal(false);
  const box = useRef<HTMLSpanElement>(null);
  // Before it is painted: a key pressed at once is meant for it.
  useLayoutEffect(() => {
    if (!open.value) {
      return;
    }
    const closing = new AbortController();
    const { signal } = closing;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) {
        open.value = false;
      }
    };
    document.addEventListener('pointerdown', outside, { signal });
    document.addEventListener('focusin', outside, { signal });
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        open.value = false;
        box.current?.querySelector('button')?.focus();
      }
    };
    box.current?.addEventListener('keydown', onKeyDown, { signal });
    return () => closing.abort();
  }, [open.value]);
  useLayoutEffect(() => {
    // It opens to the left of its button's end; where there is no room for that, so far to the right as it takes.
    const shown = open.value ? box.current?.querySelector<HTMLElement>('.tk-popover') : null;
    const view = shown?.closest('.trackkit')?.getBoundingClientRect();
    if (shown && view) {
      shown.style.translate = `${Math.max(0, Math.ceil(view.left + 4 - shown.getBoundingClientRect().left))}px`;
    }
  }, [open.value]);
  const toggle = () => {
    open.value = !open.value;
  };
  return (
    <span ref={box} class="tk-popover-home">
      <Button label={label} {...(icon ? { icon } : {})} expanded={open.value} onClick={toggle}>
        {title}
      </Button>
      {open.value && <span class={`tk-popover ${name}`}>{children}</span>}
    </span>
  );
}
