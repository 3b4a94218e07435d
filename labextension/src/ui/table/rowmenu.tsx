// What can be done with a line of the table, in a menu at the hand or at the line: with an experiment, a model, or a group.

import { useSignal } from '@preact/signals';
import { ChevronDown, ChevronRight, Copy, GitCompareArrows, ListChecks, Search } from 'lucide';
import { useMemo } from 'preact/hooks';
import { copyText } from '../parts/copy';
import { integer } from '../parts/format';
import { type Anchor, Layer } from '../parts/layer';
import { type MenuItem, MenuItems } from '../parts/menu';
import { useToast } from '../parts/toast';
import type { Group, TableRow } from '../protocol';
import { type Source, wordsOf } from '../source';
import { ICONS } from '../views/actionicons';
import { useDoing } from '../views/doing';
import { ACTIONS } from '../views/rules';
import { titleOf } from './columns';
import { Grouped } from './grouped';
import { MODEL_ACTIONS, MODEL_QUESTIONS } from './modelactions';
import { isGroup } from './rows';
import type { TableState } from './state';

/** Where a menu was asked for: a place in the window. */
export interface Asked {
  of: TableRow | Group;
  x: number;
  y: number;
}

interface MenuProps {
  source: Source;
  state: TableState;
  asked: Asked;
  /** The keyboard goes back to the table. */
  onFocus: () => void;
}

export function RowMenu({ asked, ...props }: MenuProps) {
  const { of } = asked;
  return isGroup(of) ? (
    <GroupMenu {...props} asked={asked} group={of} />
  ) : (
    <ObjectMenu {...props} asked={asked} row={of} />
  );
}

function ObjectMenu({ source, state, asked, row, onFocus }: MenuProps & { row: TableRow }) {
  const ofModels = state.kind.type === 'model';
  const actions = ofModels ? MODEL_ACTIONS : ACTIONS;
  const what = { id: row.id, status: row.status, archived: row.archived, mode: 'listed' as const };
  const open = (full: boolean) => () => {
    state.opened.value = row;
    state.full.value = full;
  };
  const { run, window } = useDoing({
    source,
    actions,
    ...(ofModels ? { questions: MODEL_QUESTIONS } : {}),
    subject: () => what,
    record: id => source.read(ofModels ? 'model' : 'experiment', { id }),
    own: { full: open(true), compact: open(false) },
    onChanged: () => state.rows.peek().refresh(),
  });
  const items = actions
    .filter(action => action.shown(what))
    .map(({ name, label, group, danger, refusal }) => ({
      name,
      label,
      icon: ICONS[name],
      group,
      danger,
      refusal: refusal(what),
      run: () => run(name),
    }));
  return (
    <>
      <AtPlace asked={asked} name={row.name} items={items} onFocus={onFocus} />
      {window}
    </>
  );
}

function GroupMenu({ state, asked, group, onFocus }: MenuProps & { group: Group }) {
  const say = useToast();
  const rows = state.rows.value;
  if (!(rows instanceof Grouped)) {
    return null;
  }
  const { one, many, compared } = state.kind;
  const open = rows.isOpen(group);
  const withMembers = (act: (members: TableRow[]) => void) => () =>
    void rows.membersIn(group).then(act, reason => say({ text: wordsOf(reason), problem: true }));
  const items: MenuItem[] = [
    {
      name: 'fold',
      label: open ? 'Close group' : 'Open group',
      icon: open ? ChevronDown : ChevronRight,
      group: 0,
      refusal: null,
      run: () => rows.toggle(group),
    },
    {
      name: 'only',
      label: 'Show only this group',
      icon: Search,
      group: 0,
      refusal: null,
      run: () => state.narrow(group.where),
    },
    {
      name: 'select',
      label: group.count === 1 ? `Select its ${one}` : `Select its ${integer(group.count)} ${many}`,
      icon: ListChecks,
      group: 1,
      refusal: null,
      run: withMembers(members => state.pick(members, true)),
    },
    {
      name: 'compare',
      label: `Compare its ${many}`,
      icon: GitCompareArrows,
      group: 1,
      refusal:
        group.count < 2
          ? 'There is one only.'
          : group.count > compared
            ? `${integer(compared)} ${many} are compared at most.`
            : null,
      run: withMembers(members => {
        state.compared.value = { ids: members.map(row => row.id), options: {} };
      }),
    },
    {
      name: 'query',
      label: 'Copy its query',
      icon: Copy,
      group: 2,
      refusal: null,
      run: () => void copyText(state.queryWith(group.where)).then(() => say({ text: 'Query copied' })),
    },
  ];
  return <AtPlace asked={asked} name={titleOf(group, rows.by, rows.summed)} items={items} onFocus={onFocus} />;
}

interface PlacedProps {
  asked: Asked;
  /** What it is about. */
  name: string;
  items: MenuItem[];
  onFocus: () => void;
}

function AtPlace({ asked, name, items, onFocus }: PlacedProps) {
  const closed = useSignal<Asked | null>(null);
  const { x, y } = asked;
  const anchor = useMemo(
    () => ({
      current: { getBoundingClientRect: () => new DOMRect(x, y), contains: () => false, focus: onFocus } as Anchor,
    }),
    [asked],
  );
  const onClose = () => {
    closed.value = asked;
  };
  return closed.value === asked ? null : (
    <Layer key={`${name} ${x} ${y}`} anchor={anchor} onClose={onClose} focus="[role=menuitem]">
      <MenuItems label={`Actions for ${name}`} items={items} anchor={anchor} onClose={onClose} />
    </Layer>
  );
}
