// Icons and the buttons made of them.

import type { IconNode } from 'lucide';
import { type ComponentChildren, h, type Ref } from 'preact';

export function Icon({ of: shapes, size = 16 }: { of: IconNode; size?: number }) {
  return (
    <svg class="tk-icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      {shapes.map(([tag, attributes], index) => h(tag, { key: index, ...attributes }))}
    </svg>
  );
}

interface ButtonProps {
  label: string;
  icon?: IconNode;
  /** Named in the tooltip. */
  shortcut?: string;
  /** Shown beside the icon; without it the label is only spoken and in the tooltip. */
  children?: ComponentChildren;
  onClick: (event: MouseEvent) => void;
  disabled?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  haspopup?: 'menu' | 'dialog';
  class?: string;
  buttonRef?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { label, icon, shortcut, children, onClick, disabled, pressed, expanded, buttonRef } = props;
  const bare = children === undefined;
  return (
    <button
      type="button"
      ref={buttonRef}
      class={`tk-button ${bare ? 'tk-button-bare' : ''} ${props.class ?? ''}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={props.haspopup}
      title={shortcut ? `${label} (${shortcut})` : label}
      disabled={disabled}
      onClick={onClick}
    >
      {icon && <Icon of={icon} />}
      {children}
    </button>
  );
}
