// What is put into a notebook: a cell that shows a view, with its output saved; and its change.

import { magicOf } from '../ui/embedding/python';
import { parse, snippet, write } from '../ui/embedding/url';
import type { View } from '../ui/protocol';
import type { NotebookPanel, SharedCell } from './notebooks';
import type { LabServer } from './server';
import { withFrames } from './snippets';

const EMBED_TAG = 'trackkit-embed';
const SETUP_TAG = 'trackkit-setup';
const SETUP = '%load_ext trackkit_jupyter';

/** What a cell keeps of a view, as if it had been executed. */
export async function saved(server: LabServer, view: View, panel: NotebookPanel): Promise<object> {
  const beside = panel.context.path.split('/').slice(0, -1).join('/').replace(/^\w+:/, '');
  const query = `${write(view, true).split('?')[1]}&beside=${encodeURIComponent(beside)}`;
  const answer = await server.request(`trackkit/display?${query}`, { method: 'GET' });
  const body = (await answer.json()) as { message?: string; data?: object };
  if (!answer.ok || !body.data) {
    throw new Error(body.message ?? `The Jupyter server answered with status ${answer.status}.`);
  }
  return { output_type: 'display_data', data: body.data, metadata: {} };
}

export function put(panel: NotebookPanel, view: View, output: object): () => void {
  const { sharedModel: shared } = panel.context.model;
  const at = panel.content.activeCellIndex + 1;
  const ready = shared.cells.some(cell => /%load_ext\s+trackkit_jupyter/.test(cell.source));
  const code = (source: string, tag: string, outputs: object[]) => ({
    cell_type: 'code',
    id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
    source,
    outputs,
    execution_count: null,
    metadata: { tags: [tag] },
  });
  const cells = [...(ready ? [] : [code(SETUP, SETUP_TAG, [])]), code(magicOf(view), EMBED_TAG, [output])];
  // At once: one step of the notebook's own undo takes it back too.
  shared.transact(() => shared.insertCells(at, cells));
  panel.content.activeCellIndex = at + cells.length - 1;
  return () => {
    const ids = new Set(cells.map(cell => cell.id));
    shared.transact(() => {
      for (let index = shared.cells.length - 1; index >= 0; index -= 1) {
        if (ids.has(shared.cells[index]?.id ?? '')) {
          shared.deleteCell(index);
        }
      }
    });
  };
}

export async function change(
  cell: SharedCell,
  place: Element,
  view: View,
  output: () => Promise<object>,
): Promise<void> {
  if (cell.cell_type === 'markdown') {
    const wanted = Number(place.closest<HTMLElement>('[data-embed]')?.dataset.embed ?? -1);
    cell.setSource(
      withFrames(cell.source, (frame, at) =>
        at === wanted ? snippet({ ...view, options: { ...view.options, ...sizesOf(frame) } }) : frame,
      ),
    );
    return;
  }
  const made = await output();
  cell.setSource(magicOf(view));
  cell.setOutputs?.([made]);
}

/** The size that a frame has stays as it is. */
function sizesOf(frame: string): View['options'] {
  try {
    const { width = '100%', height = 400 } = parse(frame).options;
    return { width, height };
  } catch {
    return { width: '100%', height: 400 };
  }
}
