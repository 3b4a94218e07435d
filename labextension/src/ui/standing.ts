// Where a view stands: compact, or on the full screen; and how it goes from one to the other with all that a person chose.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { View } from './protocol';
import type { Actionable, ActionName } from './views/rules';

export type Mode = 'compact' | 'full';

/** The actions of what a view shows, for the menus and commands of the host. */
export interface Offered {
  root: HTMLElement;
  what: () => Actionable | null;
  run: (name: ActionName) => void;
  /** The code of a cell that shows it. */
  cell?: () => string | null;
}

/** The places of a door for what a list leads to. */
export interface Desk {
  /** Show a view in one of the two modes. */
  show: (view: View, mode: Mode) => void;
  /** Show the experiments table, with a query, or with an experiment opened beside it. */
  table: (store: View['store'], options: { query?: string; opened?: string }) => void;
  /** Open a file of the server. */
  file: (path: string) => void;
}

/** What a door does for a view that it gives a place. */
export interface Host {
  mode: Mode;
  desk?: Desk;
  /** Show the view as it is now in the other mode. */
  go: (mode: Mode, view: View) => void;
  /** Show another view beside this one. */
  open: (view: View) => void;
  /** Told of the actions while they are there. */
  offer: (offered: Offered, signal: AbortSignal) => void;
  /** The folder that a person works in, below the server's root. */
  folder?: () => string;
  /** Told what is shown is called. */
  named: (name: string) => void;
}

/** What the parts of a view know of where it stands. */
export interface Standing {
  /** Null where there is only one way to be shown. */
  mode: ReadonlySignal<Mode | null>;
  switchTo: (mode: Mode) => void;
  /** Whether the place has a button of its own for the other mode. */
  ownButton?: boolean;
  root: HTMLElement | null;
  host: Host | null;
  /** The view of another object of the same store. */
  viewOf: (id: string, title: string) => View | null;
}

const ALONE: Standing = {
  mode: signal(null),
  switchTo: () => undefined,
  root: null,
  host: null,
  viewOf: () => null,
};

const StandingContext = createContext<Standing>(ALONE);

export const StandingProvider = StandingContext.Provider;

export function useStanding(): Standing {
  return useContext(StandingContext);
}

/** A view that no door has another place for: it fills the window, and Escape brings it back. */
export function filling(root: HTMLElement, mode: Signal<Mode | null>, abort: AbortSignal): (mode: Mode) => void {
  const fill = (full: boolean) => {
    if (full) {
      // The top layer: no cell that hides what it does not show can cut it, and nothing is moved or made anew.
      root.popover = 'manual';
      root.showPopover?.();
    } else {
      root.hidePopover?.();
      root.popover = null;
    }
    mode.value = full ? 'full' : 'compact';
  };
  root.ownerDocument.addEventListener(
    'keydown',
    event => {
      const inside = root.contains(event.target as Node) || event.target === root.ownerDocument.body;
      const free = !event.defaultPrevented && !root.querySelector('dialog[open]');
      if (event.key === 'Escape' && mode.peek() === 'full' && inside && free) {
        fill(false);
      }
    },
    { signal: abort },
  );
  return wanted => fill(wanted === 'full');
}
