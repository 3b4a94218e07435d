// A tab list as WAI-ARIA describes it; panels are made on first sight and kept.

import { computed, type ReadonlySignal, untracked, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { ActiveProvider, useActive } from './live';

/** Where there are more tabs, this much of the strip fades out. */
const FADE = 28;

export interface Tab {
  name: string;
  render: () => ComponentChildren;
}

interface TabsProps {
  label: string;
  tabs: Tab[];
  first: string;
  onSelect?: (name: string) => void;
  /** The tab that is asked for from beside the tabs. */
  asked?: ReadonlySignal<{ name: string } | null>;
}

export function Tabs({ label, tabs, first, onSelect, asked }: TabsProps) {
  const id = useId();
  const selected = useSignal(tabs.some(tab => tab.name === first) ? first : (tabs[0]?.name ?? ''));
  const seen = useSignal<ReadonlySet<string>>(new Set([selected.peek()]));
  const strip = useRef<HTMLDivElement>(null);
  const select = (name: string) => {
    seen.value = new Set(seen.value).add(name);
    selected.value = name;
    onSelect?.(name);
  };
  useEffect(() => {
    // The view was told to show another tab.
    if (tabs.some(tab => tab.name === first) && selected.peek() !== first) {
      seen.value = new Set(seen.peek()).add(first);
      selected.value = first;
    }
  }, [first]);
  useSignalEffect(() => {
    const wanted = asked?.value;
    if (wanted) {
      untracked(() => select(wanted.name));
    }
  });
  useEffect(() => {
    showTab(strip.current);
  }, [selected.value]);
  useEffect(() => {
    const place = strip.current as HTMLElement;
    const sizes = new ResizeObserver(() => {
      showTab(place);
      tellMore(place);
    });
    sizes.observe(place);
    return () => sizes.disconnect();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(tab => tab.name === selected.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    const index = (to + tabs.length) % tabs.length;
    select(tabs[index]?.name ?? '');
    strip.current?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus();
  };
  return (
    <div class="tk-tabs">
      <div
        ref={strip}
        class="tk-tablist"
        role="tablist"
        aria-label={label}
        onKeyDown={onKeyDown}
        onScroll={event => tellMore(event.currentTarget)}
      >
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            class="tk-tab"
            aria-selected={selected.value === name}
            aria-controls={`${id}-panel-${index}`}
            tabIndex={selected.value === name ? 0 : -1}
            onClick={() => select(name)}
          >
            {name}
          </button>
        ))}
      </div>
      {tabs.map(({ name, render }, index) => (
        <Panel
          key={name}
          id={`${id}-panel-${index}`}
          tab={`${id}-tab-${index}`}
          name={name}
          selected={selected}
          render={seen.value.has(name) ? render : null}
        />
      ))}
    </div>
  );
}

interface PanelProps {
  id: string;
  tab: string;
  name: string;
  selected: ReadonlySignal<string>;
  render: (() => ComponentChildren) | null;
}

function Panel({ id, tab, name, selected, render }: PanelProps) {
  const outer = useActive();
  const active = useMemo(() => computed(() => outer.value && selected.value === name), [outer, selected, name]);
  const shown = useComputed(() => selected.value === name).value;
  const panel = useRef<HTMLDivElement>(null);
  const scrolled = useRef(0);
  useEffect(() => {
    if (shown && panel.current) {
      panel.current.scrollTop = scrolled.current;
    }
  }, [shown]);
  const onScroll = () => {
    if (shown && panel.current) {
      scrolled.current = panel.current.scrollTop;
    }
  };
  return (
    <div
      ref={panel}
      id={id}
      class="tk-panel"
      role="tabpanel"
      aria-labelledby={tab}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      hidden={!shown}
      onScroll={onScroll}
    >
      <ActiveProvider value={active}>{render?.()}</ActiveProvider>
    </div>
  );
}

/** Bring the selected tab into the strip without moving the page around it. */
function showTab(strip: HTMLElement | null): void {
  const tab = strip?.querySelector<HTMLElement>('[aria-selected=true]');
  if (strip && tab) {
    const left = tab.offsetLeft - strip.offsetLeft;
    const right = left + tab.offsetWidth + FADE - strip.clientWidth;
    strip.scrollLeft = Math.min(Math.max(strip.scrollLeft, right), left - FADE);
  }
}

/** At which edges of the strip there are more tabs. */
function tellMore(strip: HTMLElement): void {
  // To the left of the start the numbers are negative where text runs from right to left.
  const { scrollLeft, scrollWidth, clientWidth } = strip;
  const room = scrollWidth - clientWidth;
  const hidden = getComputedStyle(strip).direction === 'rtl' ? room + scrollLeft : scrollLeft;
  const more = [hidden > 1 && 'left', room - hidden > 1 && 'right'].filter(Boolean).join(' ');
  strip.toggleAttribute('data-more', more !== '');
  if (more) {
    strip.dataset.more = more;
  }
}
