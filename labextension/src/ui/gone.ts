// Notices that what a view shows is not there: a notebook from another machine, a store that was moved or deleted.

import type { ReadName, Reads } from './protocol';
import type { Source, SourceError } from './source';

const NO_STORE =
  'Its experiments are not here: the notebook comes from another machine, or their store was moved or deleted.';
const STORE_GONE = 'This store is not there any more: its folder was moved or deleted.';
const NO_EXPERIMENT = 'An experiment it shows is no longer in its store.';

/** What went wrong, in words: of a store that is gone, that it is. */
export function reasonOf({ code, field, message }: SourceError): string {
  return code === 'not_found' && (field === 'store' || field === 'path') ? STORE_GONE : message;
}

/** These are about the view's objects; a figure or a sample that is missing is a fault of its own. */
const ABOUT_OBJECTS = new Set<ReadName>(['experiment', 'charts', 'plots', 'samples', 'single_values', 'console']);

/** The same source; `onGone` is told, with the reason in words, when what is read from it is not there. */
export function noticing(source: Source, onGone: (reason: string) => void): Source {
  const read = async <N extends ReadName>(operation: N, args: Reads[N]['args'], signal?: AbortSignal) => {
    try {
      return await source.read(operation, args, signal);
    } catch (error) {
      const { code, field } = error as { code?: unknown; field?: unknown };
      if (code === 'not_found' && ABOUT_OBJECTS.has(operation)) {
        onGone(field === 'store' || field === 'path' ? NO_STORE : NO_EXPERIMENT);
      }
      throw error;
    }
  };
  return new Proxy(source, {
    get: (target, name) => {
      const value = name === 'read' ? read : Reflect.get(target, name);
      // Its own methods see the source itself, whose counters are those of all views.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
