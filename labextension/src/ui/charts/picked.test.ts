import { describe, expect, it } from 'vitest';
import type { LineModel } from './model';
import { csvOf, statisticsOf } from './picked';
import { encloses, pickedOf, reachOf } from './region';

function chart(x: number[], y: number[]): LineModel {
  const columns = { x: Float64Array.from(x), y: Float64Array.from(y) };
  return { series: [{ id: 'a', name: 'train', columns }] } as unknown as LineModel;
}

const box = (x1: number, x2: number, y1: number, y2: number) =>
  [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ] as const;

describe('a selection', () => {
  it('holds the points inside its shape, and no others', () => {
    const model = chart([0, 1, 2, 3, 4], [1, 5, 2, Number.NaN, 2]);
    const region = { corners: box(0.5, 4.5, 1.5, 3), logX: false, logY: false };
    expect(pickedOf(model, new Set(), region)).toEqual([
      { series: 'train', x: 2, y: 2 },
      { series: 'train', x: 4, y: 2 },
    ]);
    expect(pickedOf(model, new Set(['a']), region)).toEqual([]);
  });

  it('may be a shape that is not convex', () => {
    const arrow = [
      [0, 0],
      [4, 0],
      [4, 4],
      [2, 1],
      [0, 4],
    ] as const;
    expect(encloses(arrow, 2, 0.5)).toBe(true);
    expect(encloses(arrow, 2, 3)).toBe(false);
    expect(encloses(arrow, 0.5, 2.5)).toBe(true);
  });

  it('is drawn on the axes as they are: a box on logarithms is one of values', () => {
    const model = chart([1, 10, 100, 1000], [1, 10, 0, 1000]);
    const region = { corners: box(0.5, 2.5, -1, 1.5), logX: true, logY: true };
    expect(reachOf(region)).toEqual([10 ** 0.5, 10 ** 2.5]);
    // A zero has no place on a logarithmic axis, so no shape on it holds one.
    expect(pickedOf(model, new Set(), region)).toEqual([{ series: 'train', x: 10, y: 10 }]);
  });

  it('says its count, extremes, mean and deviation', () => {
    const points = [2, 4, 4, 4, 5, 5, 7, 9].map((y, x) => ({ series: 'a', x, y }));
    expect(statisticsOf(points)).toEqual({ count: 8, min: 2, max: 9, mean: 5, deviation: 2 });
    expect(statisticsOf([])).toBeNull();
  });

  it('keeps its deviation where the values are large and alike', () => {
    const points = [1e9, 1e9 + 1, 1e9 + 2].map((y, x) => ({ series: 'a', x, y }));
    expect(statisticsOf(points)?.deviation).toBeCloseTo(Math.sqrt(2 / 3), 9);
  });

  it('is a file that others read: names are quoted, numbers are whole', () => {
    const text = csvOf([{ series: 'a,"b"', x: 3, y: 0.1 + 0.2 }], 'iteration');
    expect(text).toBe('series,iteration,value\n"a,""b""",3,0.30000000000000004\n');
  });
});
