// A window over the page: keeps the focus inside, gives it back, closes on Escape.

import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './icon';

interface DialogProps {
  title: string;
  class?: string;
  tools?: ComponentChildren;
  onClose: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ComponentChildren;
}

export function Dialog({ title, class: name = '', tools, onClose, onKeyDown, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before it is painted: a key pressed at once is meant for it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal?.();
    // Not the first button: a key pressed to open would light it up.
    dialog.current?.focus();
    return () => {
      dialog.current?.close?.();
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`tk-dialog ${name}`}
      tabIndex={-1}
      aria-label={title}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      onClick={event => {
        if (event.target === dialog.current) {
          onClose();
        }
      }}
      onKeyDown={onKeyDown}
    >
      <div class="tk-dialog-box">
        <div class="tk-dialog-head">
          <h2 class="tk-cut" title={title}>
            {title}
          </h2>
          {tools}
          <Button label="Close" icon={X} shortcut="Esc" onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
