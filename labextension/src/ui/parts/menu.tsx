// A menu at a button, as WAI-ARIA describes it: arrows move, letters find, Enter chooses, Escape goes back.

import { useSignal } from '@preact/signals';
import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Button, Icon } from './icon';
import { type Anchor, Layer } from './layer';

export interface MenuItem {
  name: string;
  label: string;
  /** What it is about, where the label does not say it. */
  title?: string;
  icon: IconNode;
  /** Items of one group stand together. */
  group: number;
  danger?: boolean | undefined;
  /** Why it cannot be chosen now. */
  refusal: string | null;
  run: () => void;
}

interface MenuProps {
  label: string;
  icon: IconNode;
  items: readonly MenuItem[];
  /** Shown on the button. */
  children?: ComponentChildren;
  onOpen?: () => void;
}

export function MenuButton({ label, icon, items, children, onOpen }: MenuProps) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const toggle = () => {
    open.value = !open.value;
    if (open.value) {
      onOpen?.();
    }
  };
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <Button buttonRef={button} label={label} icon={icon} haspopup="menu" expanded={open.value} onClick={toggle}>
        {children}
      </Button>
      {open.value && (
        <Layer anchor={button} onClose={close} focus="[role=menuitem]">
          <MenuItems label={label} items={items} anchor={button} onClose={close} />
        </Layer>
      )}
    </>
  );
}

interface ItemsProps extends Pick<MenuProps, 'label' | 'items'> {
  anchor: { readonly current: Anchor | null };
  onClose: () => void;
}

export function MenuItems({ label, items, anchor, onClose }: ItemsProps) {
  const root = useRef<HTMLDivElement>(null);
  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (event.key === 'Tab') {
      event.preventDefault();
      onClose();
      anchor.current?.focus();
    } else if (event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const letter = event.key.toLocaleLowerCase();
      const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      order.find(entry => entry.textContent?.toLocaleLowerCase().startsWith(letter))?.focus();
    }
  };
  const choose = (item: MenuItem) => {
    if (item.refusal === null) {
      onClose();
      anchor.current?.focus();
      item.run();
    }
  };
  return (
    <div ref={root} class="tk-menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {items.map((item, index) => (
        <>
          {index > 0 && items[index - 1]?.group !== item.group && <hr key={`${item.name} above`} />}
          <button
            key={item.name}
            type="button"
            role="menuitem"
            class={item.danger ? 'tk-menu-item tk-danger' : 'tk-menu-item'}
            tabIndex={-1}
            aria-disabled={item.refusal !== null}
            aria-description={item.refusal ?? undefined}
            title={item.refusal ?? item.title}
            onClick={() => choose(item)}
          >
            <Icon of={item.icon} size={14} />
            {item.label}
          </button>
        </>
      ))}
    </div>
  );
}
