// The notebooks that are open: known from the moment they are made, before anything is fetched for them.

import type { DocumentRegistry } from '@jupyterlab/docregistry';

export const contexts = new Set<DocumentRegistry.Context>();
