// Dragging a row into a notebook: what is dropped is a cell, as when cells of a notebook are dragged.

import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';

/** What notebooks take as cells; between two cells or onto one, it is theirs to place and to undo. */
const CELLS = 'application/vnd.jupyter.cells';
/** A hand that moves less than this clicks. */
const THRESHOLD = 5;

/** Rows in `node` with the code of a cell (`data-cell`) and a name (`data-label`) can be dragged, until the signal aborts. */
export function dragCells(node: HTMLElement, signal: AbortSignal): void {
  node.addEventListener(
    'pointerdown',
    pressed => {
      const target = pressed.target as HTMLElement;
      const row = target.closest<HTMLElement>('[data-cell]');
      if (!row || pressed.button !== 0 || target.closest('button, input, a')) {
        return;
      }
      const held = new AbortController();
      const until = { signal: AbortSignal.any([signal, held.signal]), capture: true };
      const document = row.ownerDocument;
      document.addEventListener(
        'pointermove',
        moved => {
          const distance = Math.hypot(moved.clientX - pressed.clientX, moved.clientY - pressed.clientY);
          if (distance >= THRESHOLD) {
            held.abort();
            begin(row, moved);
          }
        },
        until,
      );
      for (const ended of ['pointerup', 'pointercancel']) {
        document.addEventListener(ended, () => held.abort(), until);
      }
    },
    { signal },
  );
}

function begin(row: HTMLElement, { clientX, clientY }: PointerEvent): void {
  const cell = { cell_type: 'code', source: row.dataset.cell, metadata: {}, outputs: [], execution_count: null };
  const mimeData = new MimeData();
  mimeData.setData(CELLS, [cell]);
  const dragImage = row.ownerDocument.createElement('div');
  dragImage.className = 'jp-dragImage jp-dragImage-content';
  dragImage.textContent = row.dataset.label ?? '';
  const drag = new Drag({ mimeData, dragImage, supportedActions: 'copy', proposedAction: 'copy', source: null });
  void drag.start(clientX, clientY).then(() => drag.dispose());
}
