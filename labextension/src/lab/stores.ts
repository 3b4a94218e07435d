// Which store is meant where nobody named one, and what is said where there is none.

import type { LabServer } from './server';

export const NO_STORE =
  'There is no store yet: run track.start() in a notebook, or `trackkit init` in a folder, and it will be here.';
export const NO_EXTENSION =
  'The Jupyter server does not have the trackkit_jupyter extension enabled. Run this where the server runs, then restart it:';
export const ENABLE = 'jupyter server extension enable trackkit_jupyter';

/** The store of kernels in the server's root, else one that is known; null where there is none. */
export async function defaultStore(server: LabServer): Promise<{ id: string; usual: boolean } | null> {
  try {
    const answer = await server.request('trackkit/api/about', { method: 'GET' });
    const about = (await answer.json()) as { default_store?: string | null; stores?: string[] };
    const id = about.default_store ?? about.stores?.at(-1);
    return id ? { id, usual: id === about.default_store } : null;
  } catch {
    return null;
  }
}
