// A query that was clicked together comes back from its parameters, and what cannot be clicked is kept.

import { describe, expect, it } from 'vitest';
import { type Row, rowsOf, withRows } from './conditions';
import { metricId } from './md5';
import { originalOf } from './original';
import { addressIn, magicOf, pythonOf } from './python';
import { type Asked, askedOf, EVERYTHING, parametersOf } from './query';
import { parse } from './url';

const METRICS: [string, string][] = [
  ['loss', 'val'],
  ['accuracy', 'accuracy'],
];
const ID = '0123456789abcdef'.repeat(2);

describe('a query', () => {
  const changes: Partial<Asked>[] = [
    {},
    { project: 'vision', within: true, archived: true, most: '' },
    { tags: { any: ['a', 'b'], all: [], none: [] } },
    { tags: { any: [], all: ['a', '-b'], none: ['c'] }, status: ['completed', 'failed'] },
    { tags: { any: ['-a'], all: ['b'], none: ['c', 'd'] } },
    { name: '^run', query: 'archived' },
    { hyperparameters: [{ section: 'Args', name: 'opt.lr', values: ['0.1', '-1'] }] },
    { metrics: [{ metric: 'loss', variant: 'val', statistic: 'min_value', low: '', high: '0.5' }] },
    { order: 'metric', by: ['loss', 'val'], statistic: 'max_value', descending: false },
    { order: 'hyperparameter', by: ['Args', 'lr'] },
    { order: 'name', descending: true, most: '3' },
  ];
  it.each(changes)('comes back from its parameters: %j', change => {
    const asked = { ...EVERYTHING, ...change };
    expect(askedOf(parametersOf(asked), METRICS)).toEqual(asked);
    expect(parametersOf(withRows(asked, rowsOf(asked)))).toEqual(parametersOf(asked));
  });

  it('keeps what cannot be clicked together', () => {
    const others = { tags: ['__$or', 'a', '__$not', 'b'], created: ['>2026-01-01'], status: ['__$not', 'failed'] };
    const asked = askedOf({ ...others, order_by: ['-last_update'] }, METRICS);
    expect(asked.others).toEqual(others);
    expect(parametersOf({ ...asked, archived: true })).toEqual({ ...others, order_by: ['-last_update'] });
  });

  it('is spoken of in the terms of the specification', () => {
    const rows: Row[] = [{ field: 'tags', op: 'any', values: ['best'] }];
    const asked = withRows({ ...EVERYTHING, archived: true, order: 'metric', by: ['loss', 'val'] }, rows);
    expect(parametersOf(asked)).toEqual({
      tags: ['__$or', 'best'],
      page_size: '5',
      page: '0',
      order_by: [`-last_metrics.${metricId('loss', 'val')}.value`],
    });
  });
});

describe('the code of a view', () => {
  const view = parse(`/widgets/?type=plot&objects=${ID}&metrics=a"b&height=300&theme=dark`);

  it('is a line of Python or a magic, and is found again', () => {
    expect(pythonOf(view)).toBe(
      `track.embed(\n    "${ID}",\n    type="plot",\n    metrics=["a\\"b"],\n    theme="dark",\n    height=300,\n)`,
    );
    expect(parse(addressIn(magicOf(view)) ?? '')).toEqual(view);
    const asked = parse('/widgets/?tags[]=__$or,a');
    expect(parse(addressIn(pythonOf(asked)) ?? '')).toEqual(asked);
    expect(addressIn('print(1)')).toBeNull();
  });

  it('leads back to the tab of its object, or to the comparison of its several', () => {
    expect(originalOf(view, [ID])).toMatchObject({ kind: 'experiment', objects: [ID], options: { tab: 'plots' } });
    const model = parse(`/widgets/?type=scalar&objectType=model&objects=${ID}`);
    expect(originalOf(model, [ID])).toMatchObject({ kind: 'model', options: { tab: 'scalars' } });
    const several = parse('/widgets/?tags[]=a&metrics=loss&xaxis=wall&light');
    expect(originalOf(several, [ID, 'b'.repeat(32)])).toMatchObject({
      kind: 'comparison',
      query: null,
      options: { metrics: ['loss'], xaxis: 'wall', tab: 'scalars' },
    });
  });
});
