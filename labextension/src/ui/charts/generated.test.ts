// Figures on a page that lets nobody make code.

import { describe, expect, it } from 'vitest';
import { drawnHere } from './generated';

const forbidden = () => false;

describe('a trace for which plotly.js makes code', () => {
  it('is drawn as it is where that may be', () => {
    const figure = { data: [{ type: 'parcoords' }, { type: 'scattergl', y: [1] }] };
    expect(drawnHere(figure)).toBe(figure);
  });

  it('is drawn by shapes where it may not', () => {
    const data = [
      { type: 'scattergl', y: [1, 2], mode: 'lines' },
      { type: 'scatterpolargl', r: [1] },
      { type: 'bar', y: [1] },
    ];
    const { data: drawn } = drawnHere({ data }, forbidden);
    expect(drawn.map(trace => trace.type)).toEqual(['scatter', 'scatterpolar', 'bar']);
    expect(drawn[0]).toMatchObject({ y: [1, 2], mode: 'lines' });
    expect(data[0]?.type).toBe('scattergl');
  });

  it.each([
    [{ type: 'splom' }],
    [{ type: 'scattergl' }, { type: 'parcoords' }],
    [{ type: 'scattergl', y: new Array(50_001).fill(0) }],
    [{ type: 'scattergl', y: { dtype: 'f8', bdata: 'A'.repeat(1_000_000) } }],
  ])('is not drawn, with the reason, where nothing stands for it', (...data) => {
    expect(() => drawnHere({ data }, forbidden)).toThrow(/which this page forbids/);
  });

  it('leaves other figures as they are', () => {
    const figure = { data: [{ y: [1] }, { type: 'constructor' }] };
    expect(drawnHere(figure, forbidden)).toBe(figure);
  });
});
