// A line that says what was done, and can take it back; it goes away by itself, but not from under a hand.

import { type Signal, signal, useSignal } from '@preact/signals';
import { X } from 'lucide';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { Button } from './icon';
import '../styles/menu.css';

const SHOWN_MS = 8_000;

export interface Toast {
  text: string;
  /** A verb, and what it does: takes back what was done, or goes on. */
  action?: { label: string; run: () => void };
  problem?: boolean;
}

const ToastContext = createContext<Signal<Toast | null>>(signal(null));

/** Says something at the foot of the view. */
export function useToast(): (toast: Toast) => void {
  const shown = useContext(ToastContext);
  return toast => {
    shown.value = toast;
  };
}

export function ToastProvider({ children }: { children: ComponentChildren }) {
  const shown = useSignal<Toast | null>(null);
  return (
    <ToastContext.Provider value={shown}>
      {children}
      <div class="tk-toasts" role="status">
        {shown.value && <Line key={shown.value} toast={shown.value} onClose={() => dismiss(shown)} />}
      </div>
    </ToastContext.Provider>
  );
}

function dismiss(shown: Signal<Toast | null>): void {
  shown.value = null;
}

function Line({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const held = useSignal(false);
  const { text, action, problem } = toast;
  useEffect(() => {
    if (held.value || problem) {
      return;
    }
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held.value, problem]);
  const hold = (on: boolean) => () => {
    held.value = on;
  };
  return (
    <div
      class={problem ? 'tk-toast tk-toast-problem' : 'tk-toast'}
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocusIn={hold(true)}
      onFocusOut={hold(false)}
    >
      <span class="tk-toast-text">{text}</span>
      {action && (
        <button
          type="button"
          class="tk-button tk-strong"
          onClick={() => {
            onClose();
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <Button label="Dismiss" icon={X} onClick={onClose} />
    </div>
  );
}
