import { describe, expect, it } from 'vitest';
import { bytes, duration, milliseconds, relative, short } from './format';

describe('short', () => {
  it.each([
    [0.123456, '0.1235'],
    [-1234.5678, '−1235'],
    [1e-7, '1e−7'],
    [123456, '123,456'],
    [1.5e12, '1.5e12'],
    [0, '0'],
    ['NaN' as const, 'NaN'],
    ['-Infinity' as const, '−∞'],
    [null, '–'],
  ])('writes %s as %s', (value, text) => {
    expect(short(value)).toBe(text);
  });
});

it.each([
  [999, '999 B'],
  [1536, '1.5 KB'],
  [5 * 1024 ** 3, '5.0 GB'],
])('bytes writes %d as %s', (size, text) => {
  expect(bytes(size)).toBe(text);
});

it.each([
  [1_000, 'just now'],
  [42_000, '42 s ago'],
  [3 * 60_000, '3 min ago'],
  [26 * 3_600_000, '1 d ago'],
])('relative tells %d ms ago', (ago, text) => {
  expect(relative(1e12 - ago, 1e12)).toBe(text);
});

it('reads both kinds of time', () => {
  expect(milliseconds('1970-01-01T00:00:01Z')).toBe(1000);
  expect(milliseconds(1.5)).toBe(1500);
  expect(milliseconds('never')).toBeNull();
});

it('tells how long', () => {
  expect(duration(3_725_000)).toBe('1 h 2 min');
});
