// The menu of what can be done with an experiment, and its doing: the same for the button, the commands and the context menu.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import {
  Archive,
  ArchiveRestore,
  Ban,
  Copy,
  CopyPlus,
  EllipsisVertical,
  FolderInput,
  type IconNode,
  Lock,
  Maximize2,
  PanelRight,
  Pencil,
  RotateCcw,
  Share2,
  Tag,
  TextCursorInput,
  Trash2,
} from 'lucide';
import { useEffect } from 'preact/hooks';
import { copyText } from '../parts/copy';
import { Button } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { MenuButton } from '../parts/menu';
import { useToast } from '../parts/toast';
import type { ExperimentAnswer } from '../protocol';
import { type Source, wordsOf } from '../source';
import { useStanding } from '../standing';
import { ACTIONS, type Actionable, type ActionName, actionNamed } from './rules';

const ICONS: Record<ActionName, IconNode> = {
  rename: TextCursorInput,
  describe: Pencil,
  move: FolderInput,
  tag: Tag,
  publish: Lock,
  archive: Archive,
  unarchive: ArchiveRestore,
  reset: RotateCcw,
  clone: CopyPlus,
  abort: Ban,
  delete: Trash2,
  copy_id: Copy,
  share: Share2,
  full: Maximize2,
  compact: PanelRight,
};

const ActionDialog = lazy(
  async () => (await import('./actiondialogs')).ActionDialog,
  () => null,
);

interface ActionsProps {
  source: Source;
  record: ExperimentAnswer;
  /** Whether the menu of tags is open. */
  adding: Signal<boolean>;
  /** Told when the experiment was changed from here. */
  onChanged: () => void;
}

export function Actions({ source, record, adding, onChanged }: ActionsProps) {
  const { mode, switchTo, root, host, viewOf } = useStanding();
  const asking = useSignal<ActionName | null>(null);
  const say = useToast();
  const latest = useSignal(record);
  latest.value = record;
  const what = useComputed<Actionable>(() => {
    const { status, archived } = latest.value;
    return { status, archived, mode: mode.value };
  });
  const { id } = record;

  const shelve = async (operation: 'archive' | 'unarchive') => {
    try {
      await source.edit(operation, { id });
      onChanged();
      const [said, back] =
        operation === 'archive' ? (['Archived', 'unarchive'] as const) : (['Unarchived', 'archive'] as const);
      say({ text: said, action: { label: 'Undo', run: () => void shelve(back) } });
    } catch (reason) {
      say({ text: wordsOf(reason), problem: true });
    }
  };
  const run = (name: ActionName) => {
    const refusal = actionNamed(name).refusal(what.peek());
    if (refusal !== null) {
      say({ text: refusal, problem: true });
    } else if (name === 'full' || name === 'compact') {
      switchTo(name);
    } else if (name === 'tag') {
      adding.value = true;
    } else if (name === 'copy_id') {
      void copyText(id).then(() => say({ text: 'ID copied' }));
    } else if (name === 'archive' || name === 'unarchive') {
      void shelve(name);
    } else {
      asking.value = name;
    }
  };
  useEffect(() => {
    const here = new AbortController();
    if (root && host) {
      host.offer({ root, what: () => what.peek(), run }, here.signal);
    }
    return () => here.abort();
  }, [root, host, id]);
  useEffect(() => host?.named(record.name), [host, record.name]);

  const onDone = (name: ActionName, made: string | undefined) => {
    asking.value = null;
    onChanged();
    const view = made === undefined ? null : viewOf(made, 'Clone');
    if (name === 'clone' && made !== undefined) {
      say({
        text: 'Cloned as a draft',
        action:
          host && view
            ? { label: 'Open', run: () => host.open(view) }
            : { label: 'Copy ID', run: () => void copyText(made) },
      });
    }
  };
  const now = what.value;
  const items = ACTIONS.filter(action => action.shown(now)).map(action => ({
    name: action.name,
    label: action.label,
    icon: ICONS[action.name],
    group: action.group,
    danger: action.danger,
    refusal: action.refusal(now),
    run: () => run(action.name),
  }));
  return (
    <>
      {now.mode === 'compact' && <Button label="Full screen" icon={Maximize2} onClick={() => switchTo('full')} />}
      {now.mode === 'full' && (
        <Button label="Info panel" icon={PanelRight} shortcut={host ? '' : 'Esc'} onClick={() => switchTo('compact')} />
      )}
      <MenuButton label="Actions" icon={EllipsisVertical} items={items} />
      {asking.value !== null && (
        <ActionDialog
          key={asking.value}
          action={asking.value}
          source={source}
          record={record}
          onDone={made => onDone(asking.peek() as ActionName, made)}
          onClose={() => {
            asking.value = null;
          }}
        />
      )}
    </>
  );
}
