import { describe, expect, it } from 'vitest';
import type { PlotEntry } from '../protocol';
import { shownTogether, titleOf, wantedPlots } from './plots';

function plot(metric: string, variant: string): PlotEntry {
  const where = { id: `e/${metric}/${variant}`, experiment: 'e', experiment_name: 'sgd' };
  return { ...where, metric, variant, iteration: 0, iterations: [0], hash: 'h', size: 1 };
}

describe('plots', () => {
  it('are named by what tells them apart', () => {
    expect(titleOf(plot('confusion', 'val'), false)).toBe('confusion/val');
    expect(titleOf(plot('roc', 'roc'), false)).toBe('roc');
    expect(titleOf(plot('roc', 'roc'), true)).toBe('roc - sgd');
  });

  it('are those the view asks for', () => {
    const plots = [plot('a', 'x'), plot('a', 'y'), plot('b', 'x')];
    expect(wantedPlots(plots, {})).toHaveLength(3);
    expect(wantedPlots(plots, { metrics: ['a'] })).toHaveLength(2);
    expect(wantedPlots(plots, { metrics: ['a'], variants: ['y'] })).toEqual([plots[1]]);
    const other = { ...plot('a', 'x'), experiment: 'f', experiment_name: 'adam' };
    expect(wantedPlots([...plots, other], { series: 'adam' })).toEqual([other]);
    expect(wantedPlots([...plots, other], { series: 'f' })).toEqual([other]);
    expect(wantedPlots([...plots, other], { series: 'nobody' })).toHaveLength(4);
  });

  it('of several experiments are laid over one another where all of them share axes', () => {
    const of = (experiment: string, metric: string, overlays: boolean) => {
      return {
        ...plot(metric, 'val'),
        id: `${experiment}/${metric}`,
        experiment,
        experiment_name: experiment,
        overlays,
      };
    };
    const plots = [of('a', 'roc', true), of('a', 'table', false), of('b', 'roc', true), of('b', 'table', false)];
    const odd = [of('a', 'bars', true), of('b', 'bars', false), of('b', 'alone', true)];
    expect(shownTogether([...plots, ...odd], true).map(({ title, entries }) => [title, entries.length])).toEqual([
      ['roc/val', 2],
      ['table/val - a', 1],
      ['table/val - b', 1],
      ['bars/val - a', 1],
      ['bars/val - b', 1],
      ['alone/val - b', 1],
    ]);
  });
});
