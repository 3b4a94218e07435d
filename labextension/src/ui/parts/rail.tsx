// A list at the side that chooses what is shown beside it; above it where there is no room.

import { type ComponentChildren, Fragment } from 'preact';
import { useRef } from 'preact/hooks';
import { integer } from './format';
import '../styles/rail.css';

export interface RailItem {
  key: string;
  name: string;
  count?: number;
  /** Items of one group stand under its title. */
  group?: string;
}

interface RailProps {
  label: string;
  items: RailItem[];
  /** The key of the chosen item: a signal, or whatever reads and takes it. */
  chosen: { value: string };
  children: ComponentChildren;
}

export function Rail({ label, items, chosen, children }: RailProps) {
  const list = useRef<HTMLElement>(null);
  const current = chosen.value;
  const onKeyDown = (event: KeyboardEvent) => {
    const at = items.findIndex(item => item.key === current);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const item = to === undefined ? undefined : items[to];
    if (item && to !== undefined) {
      event.preventDefault();
      chosen.value = item.key;
      list.current?.querySelectorAll('button')[to]?.focus();
    }
  };
  return (
    <div class="tk-rail">
      <nav ref={list} class="tk-rail-list" aria-label={label} onKeyDown={onKeyDown}>
        {items.map((item, index) => (
          <Fragment key={item.key}>
            {item.group && item.group !== items[index - 1]?.group && <span class="tk-rail-group">{item.group}</span>}
            <button
              type="button"
              class="tk-rail-item"
              aria-current={item.key === current}
              onClick={() => {
                chosen.value = item.key;
              }}
            >
              <span class="tk-cut" title={item.name}>
                {item.name}
              </span>
              {item.count !== undefined && <span class="tk-rail-count">{integer(item.count)}</span>}
            </button>
          </Fragment>
        ))}
      </nav>
      <div class="tk-rail-body">{children}</div>
    </div>
  );
}
