// What is told of experiments that run: each thing once, and no more than a person asked for.

import { describe, expect, it } from 'vitest';
import type { RunningRow } from '../ui/protocol';
import { Course, toldOfEnd } from './course';

function answer(...rows: [id: string, nan?: string[]][]) {
  const items = rows.map(([id, nan = []]) => ({ id, name: id, nan }) as unknown as RunningRow);
  return { items, total: items.length, now: '' };
}

describe('the course of what runs', () => {
  it('tells once of each that left, and once that it turned NaN', () => {
    const course = new Course();
    expect(course.step(answer(['a'], ['b', ['loss']]))).toMatchObject({ nan: [{ id: 'b' }], left: [] });
    expect(course.step(answer(['a', ['loss']], ['b', ['loss']]))).toMatchObject({ nan: [{ id: 'a' }], left: [] });
    expect(course.step(answer(['a']))).toEqual({ nan: [], left: ['b'] });
    expect(course.step(answer(['a', ['loss']]))).toEqual({ nan: [], left: [] });
    expect(course.step(answer())).toEqual({ nan: [], left: ['a'] });
    expect(course.step(answer())).toEqual({ nan: [], left: [] });
  });
});

describe('what is told of an end', () => {
  const settings = { notifyEnded: true, notifyFailed: true, notifyAfter: 10 };
  const run = {
    ...{ id: 'a', name: 'sgd', status: 'completed' as const, status_reason: null },
    ...{ started: '2026-01-01T10:00:00Z', finished: '2026-01-01T10:02:03Z' },
  };

  it('says how long a run took, and is silent of one that was short', () => {
    expect(toldOfEnd(run, settings)).toEqual({ text: 'sgd completed after 2 min 3 s', type: 'success' });
    expect(toldOfEnd({ ...run, finished: '2026-01-01T10:00:09Z' }, settings)).toBeNull();
    expect(toldOfEnd({ ...run, finished: '2026-01-01T10:00:09Z' }, { ...settings, notifyAfter: 0 })).not.toBeNull();
    expect(toldOfEnd(run, { ...settings, notifyEnded: false })).toBeNull();
  });

  it('says who stopped it', () => {
    const stopped = { ...run, status_reason: 'stopped by eva' };
    expect(toldOfEnd(stopped, settings)).toEqual({ text: 'sgd was stopped by eva after 2 min 3 s', type: 'info' });
  });

  it('says why it failed, however short it was', () => {
    const failed = { ...run, status: 'failed' as const, status_reason: 'ValueError: no', finished: run.started };
    expect(toldOfEnd(failed, settings)).toEqual({ text: 'sgd failed: ValueError: no', type: 'error' });
    expect(toldOfEnd(failed, { ...settings, notifyFailed: false })).toBeNull();
  });

  it('takes a process that is gone for a failure, and what a person stopped for an end', () => {
    const aborted = { ...run, status: 'aborted' as const };
    const gone = { ...aborted, finished: null, status_reason: 'its process is gone' };
    expect(toldOfEnd(gone, settings)).toEqual({ text: 'sgd was aborted: its process is gone', type: 'error' });
    expect(toldOfEnd(aborted, settings)).toEqual({ text: 'sgd was aborted after 2 min 3 s', type: 'info' });
    expect(toldOfEnd({ ...aborted, status_reason: 'interrupted' }, settings)?.type).toBe('info');
  });
});
