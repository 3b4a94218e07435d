// The content of the side panel: the home of the store, or why there is none.

import type { Widget } from '@lumino/widgets';
import type { View } from '../ui';
import { dragCells } from './dragging';
import type { Around } from './home';
import { followSettings, type Settings } from './settings';
import { chooseStore, ENABLE, knownStores, meant, NO_EXTENSION, NO_STORE } from './stores';

const KEPT = 'trackkit:home';
/** How often it is looked whether there is a store by now, while the panel is seen. */
const AGAIN_MS = 3_000;

type Common = Pick<View, 'version' | 'objects' | 'query'>;
const COMMON: Common = { version: 1, objects: [], query: null };

export async function fill(panel: Widget, around: Around): Promise<void> {
  const { door, registry, state } = around;
  const { server, shelf } = door;
  const gone = new AbortController();
  panel.disposed.connect(() => gone.abort());
  dragCells(panel.node, gone.signal);
  const [ui, kept] = await Promise.all([import('../ui'), state?.fetch(KEPT)]);
  let mounted = new AbortController();
  let shown = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let settings: Settings | null = null;
  let options: View['options'] = { ...((kept as View['options'] | undefined) ?? {}) };

  const present = (view: View) => {
    const text = JSON.stringify([view.kind, view.store, view.options]);
    if (text === shown) {
      return;
    }
    shown = text;
    mounted.abort();
    mounted = new AbortController();
    const place = document.createElement('div');
    place.style.height = '100%';
    panel.node.replaceChildren(place);
    const { baseUrl, request } = server;
    const source = ui.sharedSource(request, view.store, { baseUrl });
    const keep = ({ store, ...patch }: View['options']) => {
      options = { ...options, ...patch };
      void state?.save(KEPT, options as never);
      if (typeof store === 'string') {
        chooseStore(store);
        void look();
      }
    };
    const signal = AbortSignal.any([gone.signal, mounted.signal]);
    ui.mount(place, view, source, signal, keep, shelf?.host('compact', view.store) ?? null);
  };
  const look = async () => {
    const [there, known] = [await server.hasExtension(), await knownStores(server)];
    const found = meant(known);
    if (gone.signal.aborted) {
      return;
    }
    if (found && there) {
      const store = { id: found.id, path: null };
      const chosen = settings && {
        recent: settings.recent,
        rest: settings.rest,
        click: settings.open === 'full screen' ? 'full' : 'compact',
      };
      const elsewhere = !found.usual;
      present({
        ...COMMON,
        kind: 'home',
        store,
        title: '',
        options: { ...options, ...chosen, elsewhere, stores: known.length > 1 ? known : [], height: '100%' },
      });
      door.onShown(store);
      return;
    }
    const said = there ? { text: NO_STORE, code: 'trackkit init' } : { text: NO_EXTENSION, code: ENABLE };
    present({
      ...COMMON,
      kind: 'message',
      store: { id: '', path: null },
      title: '',
      options: { ...said, height: '100%' },
    });
    clearTimeout(timer); // the settings may have changed meanwhile, and it was looked for that
    timer = setTimeout(() => whenSeen(panel, look, gone.signal), AGAIN_MS);
  };
  await followSettings(
    registry,
    changed => {
      const first = settings === null;
      settings = changed;
      if (!first) {
        void look();
      }
    },
    gone.signal,
  );
  await look();
  followSight(panel, look, gone.signal);
}

/** Look again, whenever a panel comes to be seen, whether there are other stores by now. */
function followSight(panel: Widget, look: () => unknown, signal: AbortSignal): void {
  let seen = true;
  const observer = new IntersectionObserver(entries => {
    const now = entries.at(-1)?.isIntersecting === true;
    if (now && !seen) {
      void look();
    }
    seen = now;
  });
  observer.observe(panel.node);
  signal.addEventListener('abort', () => observer.disconnect());
}

/** Do something now if a panel is seen, else as soon as it is. */
function whenSeen(panel: Widget, act: () => unknown, signal: AbortSignal): void {
  if (signal.aborted) {
    return;
  }
  const observer = new IntersectionObserver(entries => {
    if (entries.at(-1)?.isIntersecting) {
      observer.disconnect();
      void act();
    }
  });
  observer.observe(panel.node);
  signal.addEventListener('abort', () => observer.disconnect());
}
