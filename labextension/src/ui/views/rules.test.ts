// The table of actions: what stands in the menu, and why something cannot be done, in every status.

import { expect, it } from 'vitest';
import type { Status } from '../protocol';
import { ACTIONS, type Actionable } from './rules';

const STATUSES: Status[] = ['draft', 'queued', 'running', 'completed', 'aborted', 'failed', 'published'];

function allowed(what: Actionable): string[] {
  return ACTIONS.filter(action => action.shown(what) && action.refusal(what) === null).map(action => action.name);
}

const organising = ['rename', 'describe', 'move', 'tag', 'clone', 'copy_id', 'share'];

it.each(STATUSES)('orders, copies and shares whatever the status is: %s', status => {
  for (const archived of [false, true]) {
    expect(allowed({ status, archived, mode: 'compact' })).toEqual(expect.arrayContaining(organising));
  }
});

it.each([
  ['run', ['draft']],
  ['publish', ['completed', 'aborted', 'failed']],
  ['stop', ['running']],
  ['abort', ['queued', 'running']],
  ['reset', ['queued', 'completed', 'aborted', 'failed']],
  ['delete', ['draft']],
] as const)('lets %s in these statuses alone: %j', (name, statuses) => {
  const can = STATUSES.filter(status => allowed({ status, archived: false, mode: null }).includes(name));
  expect(can).toEqual(statuses);
});

it('deletes what is archived, but nothing that runs', () => {
  const can = STATUSES.filter(status => allowed({ status, archived: true, mode: null }).includes('delete'));
  expect(can).toEqual(STATUSES.filter(status => status !== 'running'));
});

it('offers the way that is not taken', () => {
  const names = (mode: Actionable['mode'], archived: boolean) => allowed({ status: 'completed', archived, mode });
  expect(names('compact', false)).toContain('full');
  expect(names('full', false)).toContain('compact');
  expect(names(null, false)).not.toContain('full');
  expect(names(null, true)).toContain('unarchive');
  expect(names(null, true)).not.toContain('archive');
});

it('says why in a sentence', () => {
  for (const action of ACTIONS) {
    for (const status of STATUSES) {
      const refusal = action.refusal({ status, archived: false, mode: null });
      expect(refusal ?? 'Yes.').toMatch(/^[A-Z].*\.$/);
    }
  }
});
