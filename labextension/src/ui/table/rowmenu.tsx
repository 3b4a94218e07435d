// What can be done with one experiment of the table: the one set of actions, in a menu at the hand or at the row.

import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { type Anchor, Layer } from '../parts/layer';
import { MenuItems } from '../parts/menu';
import type { TableRow } from '../protocol';
import type { Source } from '../source';
import { ICONS } from '../views/actionicons';
import { useDoing } from '../views/doing';
import { ACTIONS } from '../views/rules';
import type { TableState } from './state';

/** Where a menu was asked for: a place in the window. */
export interface Asked {
  row: TableRow;
  x: number;
  y: number;
}

interface RowMenuProps {
  source: Source;
  state: TableState;
  asked: Asked;
  /** The keyboard goes back to the table. */
  onFocus: () => void;
}

export function RowMenu({ source, state, asked, onFocus }: RowMenuProps) {
  const closed = useSignal<Asked | null>(null);
  const { row, x, y } = asked;
  const what = { id: row.id, status: row.status, archived: row.archived, mode: 'listed' as const };
  const open = (full: boolean) => () => {
    state.opened.value = row;
    state.full.value = full;
  };
  const { run, window } = useDoing({
    source,
    subject: () => what,
    record: id => source.read('experiment', { id }),
    own: { full: open(true), compact: open(false) },
    onChanged: () => state.rows.peek().refresh(),
  });
  const anchor = useMemo(
    () => ({
      current: { getBoundingClientRect: () => new DOMRect(x, y), contains: () => false, focus: onFocus } as Anchor,
    }),
    [asked],
  );
  const items = ACTIONS.filter(action => action.shown(what)).map(({ name, label, group, danger, refusal }) => ({
    name,
    label,
    icon: ICONS[name],
    group,
    danger,
    refusal: refusal(what),
    run: () => run(name),
  }));
  const onClose = () => {
    closed.value = asked;
  };
  return (
    <>
      {closed.value !== asked && (
        <Layer key={`${row.id} ${x} ${y}`} anchor={anchor} onClose={onClose} focus="[role=menuitem]">
          <MenuItems label={`Actions for ${row.name}`} items={items} anchor={anchor} onClose={onClose} />
        </Layer>
      )}
      {window}
    </>
  );
}
