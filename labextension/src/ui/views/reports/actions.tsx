// What can be done with a report, and its doing: the same at the menu button and in the context menu of a card.

import { useSignal } from '@preact/signals';
import {
  Archive,
  ArchiveRestore,
  Copy,
  CopyPlus,
  FolderInput,
  Lock,
  Pencil,
  Share2,
  Tag,
  TextCursorInput,
  Trash2,
} from 'lucide';
import type { ComponentChildren } from 'preact';
import { copyText } from '../../parts/copy';
import { lazy } from '../../parts/lazy';
import type { MenuItem } from '../../parts/menu';
import { useToast } from '../../parts/toast';
import type { Report } from '../../protocol';
import { type Source, wordsOf } from '../../source';
import { useStanding } from '../../standing';
import type { ReportQuestion } from './dialogs';

const ReportDialog = lazy(
  async () => (await import('./dialogs')).ReportDialog,
  () => null,
);

interface ReportActionsProps {
  source: Source;
  report: Report;
  onChanged: () => void;
  onTag: () => void;
}

export function useReportActions({ source, report, onChanged, onTag }: ReportActionsProps): {
  items: MenuItem[];
  dialog: ComponentChildren;
} {
  const asking = useSignal<ReportQuestion | null>(null);
  const say = useToast();
  const { host } = useStanding();
  const { id, archived, status, path } = report;
  const ask = (question: ReportQuestion) => () => {
    asking.value = question;
  };
  const attempt = (act: () => Promise<void>) => () =>
    void act().catch(reason => say({ text: wordsOf(reason), problem: true }));
  const shelve = async (operation: 'archive' | 'unarchive') => {
    await source.edit(operation, { id });
    onChanged();
    const [said, back] =
      operation === 'archive' ? (['Archived', 'unarchive'] as const) : (['Unarchived', 'archive'] as const);
    say({ text: said, action: { label: 'Undo', run: attempt(() => shelve(back)) } });
  };
  const share = async () => {
    const address = path === null ? null : source.notebookUrl?.(path);
    await copyText(address ?? path ?? id);
    say({ text: address ? 'URL copied' : path === null ? 'ID copied' : 'Path copied' });
  };
  const copyMarkdown = async () => {
    const { text } = await source.read('report_markdown', { id });
    await copyText(text);
    say({ text: 'Markdown copied' });
  };
  const edit = async () => {
    const { id: made } = await source.edit('clone', { id });
    onChanged();
    const copy = made ? await source.read('report', { id: made }) : null;
    const open = copy?.path && host?.desk ? { label: 'Open', run: () => host.desk?.file(copy.path as string) } : null;
    say({ text: copy ? `Copied as “${copy.name}”` : 'Copied', ...(open ? { action: open } : {}) });
  };
  const items: MenuItem[] = [
    { name: 'rename', label: 'Rename', icon: TextCursorInput, group: 0, refusal: null, run: ask('rename') },
    { name: 'describe', label: 'Describe', icon: Pencil, group: 0, refusal: null, run: ask('describe') },
    { name: 'tag', label: 'Add tag', icon: Tag, group: 0, refusal: null, run: onTag },
    { name: 'move', label: 'Move to', icon: FolderInput, group: 0, refusal: null, run: ask('move') },
    { name: 'share', label: 'Share', icon: Share2, group: 1, refusal: null, run: attempt(share) },
    { name: 'markdown', label: 'Copy Markdown', icon: Copy, group: 1, refusal: null, run: attempt(copyMarkdown) },
    { name: 'clone', label: 'Edit a copy', icon: CopyPlus, group: 1, refusal: null, run: attempt(edit) },
    {
      name: 'publish',
      label: 'Publish',
      icon: Lock,
      group: 2,
      refusal: status === 'published' ? 'It is published already.' : null,
      run: ask('publish'),
    },
    archived
      ? {
          name: 'unarchive',
          label: 'Unarchive',
          icon: ArchiveRestore,
          group: 2,
          refusal: null,
          run: attempt(() => shelve('unarchive')),
        }
      : {
          name: 'archive',
          label: 'Archive',
          icon: Archive,
          group: 2,
          refusal: null,
          run: attempt(() => shelve('archive')),
        },
    {
      name: 'delete',
      label: 'Delete',
      icon: Trash2,
      group: 3,
      danger: true,
      refusal: archived ? null : 'Archive it first: only an archived report can be deleted.',
      run: ask('delete'),
    },
  ];
  const dialog = asking.value !== null && (
    <ReportDialog
      question={asking.value}
      source={source}
      report={report}
      onDone={() => {
        asking.value = null;
        onChanged();
      }}
      onClose={() => {
        asking.value = null;
      }}
    />
  );
  return { items, dialog };
}
