import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeCharts } from './protocol';

const here = import.meta.url;
const contract = (name: string) => readFileSync(new URL(`../../../tests/contract/${name}`, here));

function wire(): ArrayBuffer {
  const file = contract('charts.bin');
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
}

function word(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

describe('decodeCharts', () => {
  it('reads what Python wrote', () => {
    const golden = JSON.parse(contract('charts.json').toString('utf8'));
    const answer = decodeCharts(wire());
    const charts = answer.charts.map(chart => ({
      ...chart,
      series: chart.series.map(series => ({
        ...series,
        columns: Object.fromEntries(
          Object.entries(series.columns).map(([name, column]) => [name, Array.from(column, word)]),
        ),
      })),
    }));
    expect(charts).toEqual(golden.charts);
    expect(answer.next).toBe(golden.next);
    expect(answer.unchanged).toBe(golden.unchanged);
  });

  it('copies no column', () => {
    const buffer = wire();
    for (const { series } of decodeCharts(buffer).charts) {
      for (const { columns } of series) {
        expect(columns.x.buffer).toBe(buffer);
        expect(columns.y.buffer).toBe(buffer);
      }
    }
  });

  it('refuses an answer that was cut off', () => {
    expect(() => decodeCharts(new ArrayBuffer(2))).toThrow('too short');
    expect(() => decodeCharts(wire().slice(0, 40))).toThrow('header');
    expect(() => decodeCharts(wire().slice(0, -8))).toThrow('length');
  });
});
