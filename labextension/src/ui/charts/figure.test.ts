import { describe, expect, it } from 'vitest';
import type { Figure } from '../protocol';
import { checkFigure, FigureError, kindOf, themedLayout } from './figure';

const theme = { paper: 'paper', ink: 'ink', grid: 'grid', border: 'border', font: 'font' };

describe('figures that are refused', () => {
  it.each([
    '{"data":[{"y":[1],"__proto__":{"polluted":1}}]}',
    '{"data":[],"layout":{"a":[{"constructor":1}]}}',
    '{"data":[],"layout":{"template":{"prototype":{}}}}',
  ])('%s', text => {
    expect(() => checkFigure(JSON.parse(text))).toThrow(FigureError);
    expect(() => checkFigure(JSON.parse(text))).toThrow(/not safe to show/);
  });

  it.each([null, 'text', {}, { data: {} }])('%j, which is no figure', found => {
    expect(() => checkFigure(found)).toThrow(/no figure/);
  });

  it('lets others through as they are', () => {
    const figure = { data: [{ type: 'bar', y: [1, 2] }], layout: { title: { text: 'x' } } };
    expect(checkFigure(figure)).toBe(figure);
  });
});

describe('the theme', () => {
  it('adds paper, ink and grid where the figure sets none, and leaves traces alone', () => {
    const figure: Figure = { data: [{ type: 'bar', y: [1] }], layout: { xaxis: { gridcolor: 'own' }, width: 900 } };
    const before = structuredClone(figure);
    const layout = themedLayout(figure, theme);
    expect(layout).toMatchObject({ paper_bgcolor: 'paper', font: { color: 'ink' }, yaxis: { gridcolor: 'grid' } });
    expect(layout.xaxis).toMatchObject({ gridcolor: 'own' });
    expect(layout.width).toBeUndefined();
    expect(figure).toEqual(before);
  });

  it('leaves a template somebody chose', () => {
    const template = { layout: { paper_bgcolor: 'black', plot_bgcolor: 'black' } };
    expect(themedLayout({ data: [], layout: { template } }, theme).paper_bgcolor).toBeUndefined();
  });

  it('does not take the default template for a choice', () => {
    const template = { layout: { paper_bgcolor: 'white', plot_bgcolor: '#E5ECF6' } };
    expect(themedLayout({ data: [], layout: { template } }, theme).paper_bgcolor).toBe('paper');
  });
});

describe('the kind of a figure', () => {
  it.each([
    [['scatter', 'bar'], 'axes'],
    [['surface'], 'space'],
    [['table'], 'plain'],
    [['table', 'bar'], 'axes'],
  ])('%j is %s', (types, kind) => {
    expect(kindOf({ data: types.map(type => ({ type })) })).toBe(kind);
  });
});
