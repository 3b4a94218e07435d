// Which notebooks of this page are reports, as they say themselves: before anybody is asked, as their outputs are drawn.

import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { opened } from './ours';

/** What a notebook says of the report that it is. */
export interface Said {
  id?: string;
  status?: string;
  frozen?: string;
}

/** The metadata of a notebook, as its model has it. */
interface WithMetadata {
  getMetadata?: (key: string) => unknown;
}

export function saidOf(context: DocumentRegistry.Context): Said | null {
  const kept = (context.model as unknown as WithMetadata).getMetadata?.('trackkit') as { report?: Said } | undefined;
  return kept?.report ?? null;
}

/** The resolver of a Markdown cell, which knows its attachments, stands in front of that of its notebook. */
interface Named {
  path?: string;
  _parent?: Named | null;
}

/** The store that holds what the views of a notebook show, where it is a frozen report: its id. */
export function frozenStore(resolver: IRenderMime.IResolver | null): string | null {
  const named = resolver as Named | null;
  const path = named?.path ?? named?._parent?.path;
  for (const context of opened.keys()) {
    if (path !== undefined && context.path === path) {
      const said = saidOf(context);
      return said?.frozen && said.id ? said.id : null;
    }
  }
  return null;
}
