// The editor of embeds over the Lab; fetched when it is first opened.

import type { View } from '../ui/protocol';
import { type LabServer, reaches } from './server';
import { defaultStore } from './stores';

/** Open the editor: empty, or with a view; `onChange` puts what is made in its place. */
export async function openComposer(
  server: LabServer,
  view: View | null,
  onChange?: (view: View) => Promise<void>,
): Promise<void> {
  const [ui, store] = await Promise.all([
    import('../ui'),
    view ? Promise.resolve(view.store) : defaultStore(server).then(found => ({ id: found?.id ?? '' })),
  ]);
  const { compose } = await ui.composer();
  const { baseUrl, request } = server;
  const closing = new AbortController();
  compose(
    document.body,
    {
      view,
      source: ui.sharedSource(request, store, { baseUrl, reaches }),
      onChange,
      onClose: () => closing.abort(),
    },
    closing.signal,
  );
}
