// Which store is meant where nobody named one, which others there are, and what is said where there is none.

import type { LabServer } from './server';

export const NO_STORE =
  'There is no store yet: run track.start() in a notebook, or `trackkit init` in a folder, and it will be here.';
export const NO_EXTENSION =
  'The Jupyter server does not have the trackkit_jupyter extension enabled. Run this where the server runs, then restart it:';
export const ENABLE = 'jupyter server extension enable trackkit_jupyter';

export interface KnownStore {
  id: string;
  folder: string;
  /** Whether kernels in the server's root use it by themselves. */
  usual: boolean;
}

/** Where the browser keeps which store a person chose in the side panel: a page that is loaded again shows it too. */
const CHOSEN = 'trackkit:store';
let chosen: string | null | undefined;

export function chooseStore(id: string): void {
  chosen = id;
  try {
    localStorage.setItem(CHOSEN, id);
  } catch {
    // Storage that is switched off or full: it is known until the page is left.
  }
}

function chosenStore(): string | null {
  if (chosen === undefined) {
    try {
      chosen = localStorage.getItem(CHOSEN);
    } catch {
      chosen = null;
    }
  }
  return chosen;
}

/** The stores that there are, the usual one first. */
export async function knownStores(server: LabServer): Promise<KnownStore[]> {
  try {
    const answer = await server.request('trackkit/api/about', { method: 'GET' });
    const about = (await answer.json()) as { default_store?: string | null; folders?: Record<string, string> };
    const found = Object.entries(about.folders ?? {}).map(([id, folder]) => ({
      id,
      folder,
      usual: id === about.default_store,
    }));
    return found.sort((one, other) => Number(other.usual) - Number(one.usual) || (one.folder < other.folder ? -1 : 1));
  } catch {
    return [];
  }
}

/** The one that is meant of those that there are: the chosen one, else the usual one; null where there is none. */
export function meant(known: readonly KnownStore[]): KnownStore | null {
  return known.find(store => store.id === chosenStore()) ?? known[0] ?? null;
}

/** The store that is meant where nobody named one. */
export async function defaultStore(server: LabServer): Promise<KnownStore | null> {
  return meant(await knownStores(server));
}
