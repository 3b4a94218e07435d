// What may be done with an experiment, and when: the one table that menus, commands and context menus go by.

import type { Status } from '../protocol';

export type ActionName =
  | 'rename'
  | 'describe'
  | 'move'
  | 'tag'
  | 'publish'
  | 'archive'
  | 'unarchive'
  | 'reset'
  | 'clone'
  | 'stop'
  | 'run'
  | 'abort'
  | 'delete'
  | 'copy_id'
  | 'share'
  | 'full'
  | 'compact'
  | 'table';

/** What the rules go by. */
export interface Actionable {
  status: Status;
  archived: boolean;
  /** How it is shown; `listed`: as a row; null where there is no other way. */
  mode: 'compact' | 'full' | 'listed' | null;
  /** Whether there is a table elsewhere to show it in. */
  table?: boolean;
}

export interface Action {
  name: ActionName;
  label: string;
  /** Actions of one group stand together. */
  group: number;
  /** Takes something away for good. */
  danger?: true;
  /** Whether it stands in the menu at all. */
  shown: (what: Actionable) => boolean;
  /** Why it cannot be done now; null where it can. */
  refusal: (what: Actionable) => string | null;
}

const always = () => true;
const never = () => null;

/** A reason for each status in which it cannot be done; it can in all others. */
function except(reasons: Partial<Record<Status, string>>): Action['refusal'] {
  return ({ status }) => reasons[status] ?? null;
}

function within(...modes: Actionable['mode'][]): Action['shown'] {
  return ({ mode }) => modes.includes(mode);
}

const RUN_ONCE = 'Only a draft runs: clone it, and run the clone.';
const ENDED = 'It has ended already.';

export const ACTIONS: readonly Action[] = [
  { name: 'full', label: 'View in full screen', group: 0, shown: within('compact', 'listed'), refusal: never },
  { name: 'compact', label: 'View in info panel', group: 0, shown: within('full', 'listed'), refusal: never },
  {
    name: 'table',
    label: 'View in experiments table',
    group: 0,
    shown: ({ table }) => table === true,
    refusal: never,
  },
  { name: 'rename', label: 'Rename', group: 1, shown: always, refusal: never },
  { name: 'describe', label: 'Describe', group: 1, shown: always, refusal: never },
  { name: 'move', label: 'Move to project', group: 1, shown: always, refusal: never },
  { name: 'tag', label: 'Add tag', group: 1, shown: always, refusal: never },
  { name: 'clone', label: 'Clone', group: 2, shown: always, refusal: never },
  {
    name: 'run',
    label: 'Run',
    group: 2,
    shown: always,
    refusal: except({
      queued: 'It is about to run.',
      running: 'It is running already.',
      ...Object.fromEntries(['completed', 'aborted', 'failed', 'published'].map(status => [status, RUN_ONCE])),
    }),
  },
  {
    name: 'publish',
    label: 'Publish',
    group: 2,
    shown: always,
    refusal: except({
      draft: 'A draft has nothing to publish: run it first.',
      queued: 'It has not run yet.',
      running: 'It is still running: wait until it has ended, or abort it.',
      published: 'It is published already.',
    }),
  },
  {
    name: 'stop',
    label: 'Stop',
    group: 2,
    shown: ({ status }) => status === 'running',
    refusal: never,
  },
  {
    name: 'abort',
    label: 'Abort',
    group: 2,
    shown: always,
    refusal: except({
      draft: 'A draft does not run.',
      completed: ENDED,
      aborted: ENDED,
      failed: ENDED,
      published: ENDED,
    }),
  },
  {
    name: 'reset',
    label: 'Reset',
    group: 3,
    danger: true,
    shown: always,
    refusal: except({
      draft: 'It is a draft already.',
      running: 'It is still running: abort it first.',
      published: 'It is published: what it holds is locked. Clone it instead.',
    }),
  },
  { name: 'archive', label: 'Archive', group: 3, shown: ({ archived }) => !archived, refusal: never },
  { name: 'unarchive', label: 'Unarchive', group: 3, shown: ({ archived }) => archived, refusal: never },
  {
    name: 'delete',
    label: 'Delete',
    group: 3,
    danger: true,
    shown: always,
    refusal: ({ status, archived }) => {
      if (status === 'running') {
        return 'It is still running: abort it first.';
      }
      return archived || status === 'draft'
        ? null
        : 'Only a draft or an archived experiment is deleted: archive it first.';
    },
  },
  { name: 'copy_id', label: 'Copy ID', group: 4, shown: always, refusal: never },
  { name: 'share', label: 'Share', group: 4, shown: always, refusal: never },
];
