// How reports are narrowed: the tags as the read takes them, and projects that hold those nested in them.

import { describe, expect, it } from 'vitest';
import type { Report } from '../../protocol';
import { below, nested, tagFilter } from './narrow';

const report = (project: string, last_update: string) => ({ project, last_update }) as Report;

describe('tags', () => {
  it.each([
    ['any', ['a', 'b']],
    ['all', ['__$and', 'a', 'b']],
    ['not', ['__$not', 'a', '__$not', 'b']],
  ] as const)('of the kind %s', (mode, asked) => {
    expect(tagFilter(['a', 'b'], mode)).toEqual(asked);
    expect(tagFilter([], mode)).toEqual([]);
  });
});

describe('projects', () => {
  const reports = [
    report('vision/digits', '2026-01-03'),
    report('vision/digits/deep', '2026-01-01'),
    report('vision', '2026-01-02'),
    report('visionary', '2026-01-09'),
  ];

  it('are those at the top, with what is nested in them', () => {
    expect(nested(reports, '')).toEqual([
      { name: 'vision', count: 3, last_update: '2026-01-03' },
      { name: 'visionary', count: 1, last_update: '2026-01-09' },
    ]);
  });

  it('are those below one, without its own reports', () => {
    expect(nested(reports, 'vision')).toEqual([{ name: 'vision/digits', count: 2, last_update: '2026-01-03' }]);
    expect(nested(reports, 'visionary')).toEqual([]);
    expect(below('vision/digits', 'vision')).toBe('digits');
  });
});
