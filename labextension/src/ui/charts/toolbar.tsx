// The controls of a plot: icons in a row, as many as there is room for, the others in a menu at its end.

import { useSignal } from '@preact/signals';
import { Ellipsis, type IconNode } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon';

export interface Control {
  name: string;
  icon: IconNode;
  run: () => void;
  /** Present for a control that is on or off. */
  pressed?: boolean;
  shortcut?: string;
  /** Controls of one group stand together. */
  group: number;
  /** The larger, the sooner it goes into the menu. */
  rank: number;
}

const BUTTON = 24;
const DIVIDER = 7;

/** Which controls stand in the row, given its width; their order stays. */
export function fitting(controls: readonly Control[], width: number): Set<Control> {
  const groups = new Set(controls.map(control => control.group)).size;
  if (controls.length * BUTTON + (groups - 1) * DIVIDER <= width) {
    return new Set(controls);
  }
  const room = Math.floor((width - BUTTON - (groups - 1) * DIVIDER) / BUTTON);
  const chosen = [...controls].sort((one, other) => one.rank - other.rank).slice(0, Math.max(1, room));
  return new Set(chosen);
}

export function Toolbar({ label, controls, width }: { label: string; controls: Control[]; width: number }) {
  const root = useRef<HTMLDivElement>(null);
  const open = useSignal(false);
  const current = useSignal(0);
  const shown = fitting(controls, width);
  const row = controls.filter(control => shown.has(control));
  const rest = controls.filter(control => !shown.has(control));
  useClosing(root, open);

  const move = (event: KeyboardEvent) => {
    const buttons = [...(root.current?.querySelectorAll<HTMLButtonElement>('.tk-tools-row > button') ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 };
    const next = steps[event.key];
    if (at < 0 || next === undefined) {
      return;
    }
    event.preventDefault();
    current.value = (next + buttons.length) % buttons.length;
    buttons[current.value]?.focus();
  };

  return (
    <div class="tk-tools" ref={root}>
      <div class="tk-tools-row" role="toolbar" aria-label={label} onKeyDown={move}>
        {row.map((control, at) => (
          <ToolButton
            key={control.name}
            control={control}
            divided={at > 0 && row[at - 1]?.group !== control.group}
            stop={at === Math.min(current.value, row.length)}
          />
        ))}
        {rest.length > 0 && (
          <button
            type="button"
            class="tk-tool"
            aria-label="More plot controls"
            title="More plot controls"
            aria-expanded={open.value}
            tabIndex={current.value >= row.length ? 0 : -1}
            onClick={() => {
              open.value = !open.value;
            }}
          >
            <Icon of={Ellipsis} />
          </button>
        )}
      </div>
      {open.value && rest.length > 0 && (
        <ul class="tk-tools-more" aria-label="More plot controls">
          {rest.map(control => (
            <li key={control.name}>
              <button
                type="button"
                class="tk-tools-item"
                aria-label={control.name}
                aria-pressed={control.pressed}
                onClick={() => {
                  open.value = false;
                  control.run();
                }}
              >
                <Icon of={control.icon} />
                {control.name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ToolButton({ control, divided, stop }: { control: Control; divided: boolean; stop: boolean }) {
  const { name, icon, shortcut, pressed, run } = control;
  return (
    <button
      type="button"
      class={divided ? 'tk-tool tk-divided' : 'tk-tool'}
      aria-label={name}
      aria-pressed={pressed}
      title={shortcut ? `${name} (${shortcut})` : name}
      tabIndex={stop ? 0 : -1}
      onClick={run}
    >
      <Icon of={icon} />
    </button>
  );
}

/** A menu closes when the focus or a click goes elsewhere, and on Escape; from the moment it is open, not of its painting. */
function useClosing(root: { current: HTMLElement | null }, open: { value: boolean }): void {
  useLayoutEffect(() => {
    if (!open.value) {
      return;
    }
    const closing = new AbortController();
    const { signal } = closing;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) {
        open.value = false;
      }
    };
    document.addEventListener('pointerdown', outside, { signal });
    document.addEventListener('focusin', outside, { signal });
    root.current?.addEventListener(
      'keydown',
      event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          open.value = false;
          root.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
        }
      },
      { signal },
    );
    return () => closing.abort();
  }, [open.value]);
}
