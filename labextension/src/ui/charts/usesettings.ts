// The settings of a view of curves: asked for by the view, kept from last time, begun with by the project.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';
import { askedBy, asOptions, checked, type Kept, PLAIN, recall, remember, type Settings, shelf } from './settings';

export interface HeldSettings {
  settings: Signal<Settings>;
  hidden: Signal<ReadonlySet<string>>;
  change: (patch: Partial<Settings>) => void;
  hide: (hidden: ReadonlySet<string>) => void;
  /** Back to what the project begins with. */
  reset: () => Promise<void>;
  /** From now on the project begins with what is set now; returns the project's name. */
  makeDefault: () => Promise<string>;
}

export function useSettings(
  source: Source,
  objects: string[],
  options: ViewOptions,
  onOptions?: (patch: Partial<ViewOptions>) => void,
): HeldSettings {
  const key = objects.join();
  const first = useMemo((): Kept => {
    const { hidden: off } = options;
    return { ...PLAIN, hidden: [], ...recall(objects, shelf()), ...askedBy(options), ...(off && { hidden: off }) };
  }, [key]);
  const settings = useSignal<Settings>(first);
  const hidden = useSignal<ReadonlySet<string>>(new Set(first.hidden));
  const id = objects[0] as string;
  const begun = async () => checked((await source.read('view_default', { id })).options ?? {});
  const kept = (): Kept => ({ ...settings.peek(), hidden: [...hidden.peek()] });
  const keep = () => remember(objects, kept(), shelf());
  const take = ({ hidden: off, ...more }: Partial<Kept>) => {
    settings.value = { ...PLAIN, ...more, ...askedBy(options) };
    hidden.value = new Set(off);
  };
  useEffect(() => {
    // What was chosen for these experiments, even if it is the plain thing, counts more than their project.
    if (objects.length === 0 || Object.keys(recall(objects, shelf())).length > 0) {
      return;
    }
    const before = settings.peek();
    begun().then(
      found => {
        if (settings.peek() === before && Object.keys(found).length > 0) {
          take(found);
        }
      },
      // It is known soon enough that the experiment cannot be read.
      () => undefined,
    );
  }, [key]);
  useEffect(() => {
    // The view was told otherwise after it was first shown.
    const now = settings.peek();
    const next = { ...now, ...askedBy(options) };
    if (JSON.stringify(next) !== JSON.stringify(now)) {
      settings.value = next;
    }
    if (options.hidden && options.hidden.join('\n') !== [...hidden.peek()].join('\n')) {
      hidden.value = new Set(options.hidden);
    }
  }, [JSON.stringify(askedBy(options)), options.hidden?.join('\n')]);
  return {
    settings,
    hidden,
    change: patch => {
      settings.value = { ...settings.peek(), ...patch };
      keep();
      onOptions?.(asOptions(settings.peek()));
    },
    hide: next => {
      hidden.value = next;
      keep();
      onOptions?.({ hidden: [...next] });
    },
    reset: async () => {
      take(await begun());
      keep();
    },
    makeDefault: async () => {
      await source.edit('save_view_default', { id, options: JSON.stringify(kept()) });
      return (await source.read('view_default', { id })).project;
    },
  };
}
