// What is guessed of a span while the kernel is busy.

import { expect, it } from 'vitest';
import { guessOf } from './guess';
import type { Timeline } from './protocol';

const LINE: Timeline = {
  times: [100, 110, 120, 130],
  started: 100,
  groups: [
    { metrics: ['loss', 'accuracy'], iterations: [0, 10, 20, 30] },
    { metrics: [':monitor:cpu'], iterations: [null, 1, 2, 3] },
  ],
  console: [0, 20, 40, 60],
  samples: { iterations: [null, 10, 20, 20], counts: [0, 2, 4, 4] },
  plots: { 'a/roc/val': [0, 1, 1, 2], 'a/late/val': [0, 0, 0, 0] },
  cells: [99, 115],
};

it('is what lies between the moments, on every axis', () => {
  const found = guessOf(LINE, { xaxis: 'iterations', metric: 'loss', from: 5, to: 22 });
  expect(found).toEqual({
    from: 105,
    to: 122,
    relative: [5, 22],
    iterations: { loss: [5, 22], accuracy: [5, 22], ':monitor:cpu': [1, 2] },
    console: [10, 44],
    cells: [0, 2],
    samples: [10, 20],
    plots: { 'a/roc/val': 0 },
    counts: { console: 34, samples: 3, plots: 1, cells: 2 },
  });
  expect(guessOf(LINE, { xaxis: 'wall', from: 105, to: 122 })).toEqual(found);
  expect(guessOf(LINE, { xaxis: 'relative', from: 5, to: 22 })).toEqual(found);
});

it('keeps a moment to the last line before it, and what is beyond the end to the end', () => {
  const found = guessOf(LINE, { xaxis: 'wall', from: 500, to: 500 });
  expect(found?.iterations.loss).toEqual([30, 30]);
  expect(found?.console).toEqual([59, 60]);
  expect(found?.plots).toEqual({ 'a/roc/val': 1 });
});

it('is nothing where nothing is known', () => {
  expect(guessOf({ ...LINE, times: [] }, { xaxis: 'wall', from: 1, to: 2 })).toBeNull();
  expect(guessOf(LINE, { xaxis: 'iterations', metric: 'gone', from: 1, to: 2 })).toBeNull();
});
