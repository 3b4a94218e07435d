// "Copy embed code" as the views offer it: what does it comes when it is pressed.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useToast } from '../parts/toast';
import type { View, ViewKind, ViewOptions } from '../protocol';
import { type Source, wordsOf } from '../source';

/** What the ids are of that a view and its parts are given. */
export type Owner = 'experiment' | 'model';
const OwnerContext = createContext<Owner>('experiment');
export const OwnerProvider = OwnerContext.Provider;

/** What of a view is embedded. */
export interface Part {
  kind: ViewKind;
  objects: string[];
  options: ViewOptions;
  query?: View['query'];
}

/**
 * Offers the embed code of a part of a view, at the button that was pressed.
 *
 * `say` tells the outcome where the line at the foot of the view cannot be seen.
 */
export function useEmbedding(source: Source, say?: (text: string) => void): (part: Part) => void {
  const toast = useToast();
  const owner = useContext(OwnerContext);
  return part => {
    const button = document.activeElement;
    // A button in a menu is gone by the time its own menu opens: then it opens at the button of that menu.
    const menu = button?.closest('.tk-tools-more')?.parentElement?.querySelector('[aria-expanded]');
    import('./offer').then(
      ({ offer }) => offer(part, owner, source, (menu ?? button) as HTMLElement | null, toast, say),
      reason => toast({ text: wordsOf(reason), problem: true }),
    );
  };
}
