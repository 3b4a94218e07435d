// A view bound to a model of the page: its options are the model's traits, and change both ways.

import { commSource, type Door } from './comm';
import { noticing } from './gone';
import { type Mounted, mount } from './mount';
import { showPicture } from './picture';
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

/** Traits that are options of a view: every widget has some of them. */
const TRAITS = [
  'tab',
  'metrics',
  'metric',
  'variants',
  'xaxis',
  'x_metric',
  'group_by',
  'smoothing',
  'smoothing_kind',
  'smoothing_window',
  'smoothing_sigma',
  'by',
  'over',
  'line',
  'band',
  'hidden',
  'log_x',
  'log_y',
  'ignore_outliers',
  'originals',
  'linked',
  'x_range',
  'y_range',
  'base',
  'parameters',
  'targets',
  'value_type',
  'color',
  'log',
  'brush',
  'order',
  'statistic',
  'identical',
  'sample',
  'iteration',
  'query',
  'object_type',
  'columns',
  'order_by',
  'selected',
  'archived',
  'height',
  'theme',
] as const;
const OTHERS = ['objects', 'title', '_extra', '_store'];

/** Show what `model` describes, until `signal` aborts. */
export async function show(el: HTMLElement, model: Model, slot: Slot, door: Door, signal: AbortSignal): Promise<void> {
  const store = storeOf(model);
  const server = await slot.source?.(store).catch(() => null);
  if (signal.aborted) {
    return;
  }
  const kernel = server ? null : commSource(door, store.id);
  const shown = new AbortController();
  const onGone = async (reason: string) => {
    shown.abort();
    const picture = await kernel?.picture(model.get('_id') as string).catch(() => null);
    if (!signal.aborted) {
      showPicture(el, picture, reason);
    }
  };
  const source = noticing(server ?? (kernel as Source), reason => void (shown.signal.aborted || onGone(reason)));
  follow(el, model, source, AbortSignal.any([signal, shown.signal]));
}

/** Show what `model` describes with answers from `source`, until `signal` aborts. */
export function follow(el: HTMLElement, model: Model, source: Source, signal: AbortSignal): void {
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
    if (name === 'metric') {
      if (value) {
        options.metrics = [value as string];
      }
    } else if (name === 'hidden' && Array.isArray(value)) {
      // None is hidden, whatever was before.
      options.hidden = value;
    } else if (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) {
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
  // Where a view shows one metric, that is its trait.
  const { metrics, ...others } = patch;
  const one = metrics && model.get('metric') !== undefined;
  const chosen = one ? { ...others, metric: metrics[0] ?? '' } : patch;
  for (const [name, value] of Object.entries(chosen)) {
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
