// The settings of a view of curves: asked for by the view, kept from last time, begun with by the project.

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';
import {
  askedBy,
  type Kept,
  PLAIN,
  recall,
  recallDefault,
  remember,
  rememberDefault,
  type Settings,
  shelf,
  someDefaults,
} from './settings';

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
    return { ...PLAIN, hidden: [], ...recall(objects, shelf()), ...askedBy(options) };
  }, [key]);
  const settings = useSignal<Settings>(first);
  const hidden = useSignal<ReadonlySet<string>>(new Set(first.hidden));
  const project = async () => (await source.read('experiment', { id: objects[0] as string })).project ?? '';
  const kept = (): Kept => ({ ...settings.peek(), hidden: [...hidden.peek()] });
  const keep = () => remember(objects, kept(), shelf());
  const take = ({ hidden: off, ...more }: Partial<Kept>) => {
    settings.value = { ...PLAIN, ...more, ...askedBy(options) };
    hidden.value = new Set(off);
  };
  useEffect(() => {
    // What was chosen for these experiments, even if it is the plain thing, counts more than their project.
    if (objects.length === 0 || Object.keys(recall(objects, shelf())).length > 0 || !someDefaults(shelf())) {
      return;
    }
    const before = settings.peek();
    project().then(
      name => {
        if (settings.peek() === before) {
          take(recallDefault(name, shelf()));
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
    if ((Object.keys(next) as (keyof Settings)[]).some(name => next[name] !== now[name])) {
      settings.value = next;
    }
  }, [JSON.stringify(askedBy(options))]);
  return {
    settings,
    hidden,
    change: patch => {
      settings.value = { ...settings.peek(), ...patch };
      keep();
      const { groupBy, xaxis, xMetric, smoothing, kind, window, sigma } = settings.peek();
      onOptions?.({
        group_by: groupBy,
        xaxis,
        x_metric: xMetric,
        smoothing,
        smoothing_kind: kind,
        smoothing_window: window,
        smoothing_sigma: sigma,
      });
    },
    hide: next => {
      hidden.value = next;
      keep();
    },
    reset: async () => {
      take(recallDefault(await project(), shelf()));
      keep();
    },
    makeDefault: async () => {
      const name = await project();
      rememberDefault(name, kept(), shelf());
      return name;
    },
  };
}
