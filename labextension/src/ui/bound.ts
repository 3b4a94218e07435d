// A view bound to a model of the page: its options are the model's traits, and change both ways.

import { commSource, type Door } from './comm';
import { type Mounted, mount } from './mount';
import type { View, ViewKind, ViewOptions } from './protocol';
import type { Source, StoreReference } from './source';

/** What a widget is in the page, as every host gives it. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(name: string, callback: () => void): void;
}

/** What the page has of ours: set by the labextension, which brings its own code and knows its server. */
export interface Slot {
  /** The way to the Jupyter server, where that has our extension; else null, and the kernel is asked. */
  source?: (store: StoreReference) => Promise<Source | null>;
}

const TRAITS = [
  'tab',
  'metrics',
  'variants',
  'xaxis',
  'smoothing',
  'group_by',
  'iteration',
  'height',
  'theme',
] as const;
const OTHERS = ['objects', 'title', '_extra', '_store'];

/** Show what `model` describes, until `signal` aborts. */
export async function show(el: HTMLElement, model: Model, slot: Slot, door: Door, signal: AbortSignal): Promise<void> {
  const store = storeOf(model);
  const server = await slot.source?.(store).catch(() => null);
  if (!signal.aborted) {
    follow(el, model, server ?? commSource(door, store.id), signal);
  }
}

function follow(el: HTMLElement, model: Model, source: Source, signal: AbortSignal): void {
  let mounted: Mounted | null = null;
  let begun = new AbortController();
  const start = () => {
    begun.abort();
    begun = new AbortController();
    const life = AbortSignal.any([signal, begun.signal]);
    mounted = mount(el, viewOf(model), source, life, patch => save(model, patch));
  };
  // Several traits that change together are one change.
  let pending = false;
  const later = (act: () => void) => () => {
    if (!pending) {
      pending = true;
      queueMicrotask(() => {
        pending = false;
        if (!signal.aborted) {
          act();
        }
      });
    }
  };
  const update = later(() => mounted?.update(viewOf(model)));
  for (const name of [...TRAITS, ...OTHERS]) {
    model.on(`change:${name}`, name === 'theme' ? start : update);
  }
  start();
}

function storeOf(model: Model): StoreReference {
  return model.get('_store') as StoreReference;
}

function viewOf(model: Model): View {
  const options: ViewOptions = { ...(model.get('_extra') as ViewOptions | undefined) };
  for (const name of TRAITS) {
    const value = model.get(name);
    if (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) {
      options[name] = value as never;
    }
  }
  const { id, path = null } = storeOf(model);
  return {
    version: 1,
    kind: model.get('kind') as ViewKind,
    store: { id, path },
    objects: model.get('objects') as string[],
    query: null,
    options,
    title: model.get('title') as string,
  };
}

/** What a person chose goes into the traits, where there is such a trait. */
function save(model: Model, patch: Partial<ViewOptions>): void {
  let changed = false;
  for (const [name, value] of Object.entries(patch)) {
    const before = model.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) {
      model.set(name, value);
      changed = true;
    }
  }
  if (changed) {
    model.save_changes();
  }
}
