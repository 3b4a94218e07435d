import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatValue,
  logSplits,
  logTicks,
  numberTicks,
  relativeTicks,
  wallTicks,
} from './format';

describe('ticks of a linear axis', () => {
  it.each([
    [[0, 0.5, 1], 0.5, ['0.0', '0.5', '1.0']],
    [[0, 0.25, 0.5], 0.25, ['0.00', '0.25', '0.50']],
    [[-5, 0, 5], 5, ['\u22125', '0', '5']],
    [[0, 5000], 5000, ['0', '5,000']],
    [[0, 5000, 10000], 5000, ['0', '5k', '10k']],
    [[0, 2.5e6], 2.5e6, ['0', '2.5M']],
    [[0, 1e-4, 2e-4], 1e-4, ['0', '1e\u22124', '2e\u22124']],
    [[1.5e-7], 0.5e-7, ['1.5e\u22127']],
    [[1_000_001, 1_000_002], 1, ['1,000,001', '1,000,002']],
    [[2e15], 1e15, ['2e15']],
    [[0], 1, ['0']],
  ])('writes %j in steps of %d as %j', (splits, increment, labels) => {
    expect(numberTicks(splits, increment)).toEqual(labels);
  });

  it('never labels two ticks alike', () => {
    const splits = [0.1 + 0.2, 0.4, 0.5];
    expect(new Set(numberTicks(splits, 0.1)).size).toBe(3);
  });
});

describe('ticks of a logarithmic axis', () => {
  it('takes decades where there are many, and 2 and 5 where there are few', () => {
    expect(logTicks(logSplits(1e-4, 1))).toEqual(['1e\u22124', '0.001', '0.01', '0.1', '1']);
    expect(logTicks(logSplits(1, 10))).toEqual(['1', '2', '5', '10']);
  });

  it('falls back to even steps inside a decade', () => {
    expect(logTicks(logSplits(2, 2.9)).length).toBeGreaterThan(1);
  });
});

describe('times', () => {
  it('gives relative ticks one unit that fits', () => {
    expect(relativeTicks([0, 30, 60], 30)).toEqual(['0', '30 s', '60 s']);
    expect(relativeTicks([0, 300, 600], 300)).toEqual(['0', '5 min', '10 min']);
    expect(relativeTicks([0, 7200], 7200)).toEqual(['0', '2 h']);
    expect(relativeTicks([0, 172_800], 172_800)).toEqual(['0', '2 d']);
  });

  it('uses a clock where a unit would need many decimals', () => {
    expect(relativeTicks([7200, 7205], 5)).toEqual(['2:00:00', '2:00:05']);
  });

  it('tells the local time, and the day where it changes', () => {
    const evening = new Date(2026, 2, 12, 23, 0).getTime() / 1000;
    expect(wallTicks([evening, evening + 3600, evening + 7200], 3600)).toEqual(['23:00', '13 Mar', '01:00']);
  });

  it('writes durations in full', () => {
    expect(formatDuration(3725)).toBe('1 h 02 min 05 s');
    expect(formatDuration(-90)).toBe('\u22121 min 30 s');
    expect(formatDuration(0.25)).toBe('250 ms');
  });
});

describe('values', () => {
  it.each([
    [0.31234, '0.3123'],
    [0.5, '0.5000'],
    [12.345678, '12.35'],
    [1234.5678, '1,235'],
    [99999.7, '100,000'],
    [17, '17'],
    [-0.031, '\u22120.03100'],
    [1.8e-8, '1.800e\u22128'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '\u2212Infinity'],
    [0, '0'],
  ])('writes %d as %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it('marks thousands', () => {
    expect(`${formatCount(2000)} of ${formatCount(1_000_000)}`).toBe('2,000 of 1,000,000');
  });
});
