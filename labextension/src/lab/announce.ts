// Tells widgets in this page that the code of the views is here, and the server: the kernel need send neither.

import type { Slot } from '../ui';
import type { LabServer } from './server';

const KEY = Symbol.for('trackkit.ui');

export function announce(server: LabServer): void {
  const load = () => import('../ui');
  const slot: Slot & { load: typeof load } = {
    load,
    source: async store => {
      const [ui, hasExtension] = await Promise.all([load(), server.hasExtension()]);
      const { baseUrl, request } = server;
      return hasExtension ? ui.sharedSource(request, store, { baseUrl }) : null;
    },
  };
  (globalThis as unknown as Record<symbol, unknown>)[KEY] = slot;
}
