// The axes of a line chart, as uPlot lays them out.

import uPlot from 'uplot';
import type { ChartOptions } from './chart';
import type { Range } from './extent';
import { logSplits, logTicks, numberTicks, RELATIVE_STEPS, relativeTicks, wallTicks } from './format';
import type { LineModel } from './model';
import type { Paint } from './paint';

const STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map(lead => lead * 10 ** power)).flat();

export interface Layout {
  width: number;
  height: number;
  /** CSS pixels of the layout for one CSS pixel of the screen. */
  unit: number;
  kind: LineModel['x']['kind'];
  options: Pick<ChartOptions, 'logX' | 'logY'>;
  paint: () => Paint;
  x: () => Range;
  y: () => Range;
  /** Whether there is nothing that its numbers could be about. */
  none: () => boolean;
  hooks: uPlot.Hooks.Arrays;
}

export interface Tick {
  value: number;
  label: string;
}

function xTicks(kind: Layout['kind'], splits: number[], increment: number): string[] {
  return kind === 'wall'
    ? wallTicks(splits, increment)
    : kind === 'relative'
      ? relativeTicks(splits, increment)
      : numberTicks(splits, increment);
}

/** Axes alone: the curves are drawn over them, so that every series keeps its own x and its gaps. */
export function axesOf(layout: Layout, host: HTMLElement): uPlot {
  const { unit, kind, options, paint, x, y, none, hooks } = layout;
  const font = `${11 * unit}px ${paint().font}`;
  const axis = { stroke: () => paint().muted, font, ticks: { show: false }, gap: 5 * unit };
  const logX = options.logX && kind !== 'wall';
  let room = 0;
  /** Room for the longest label; never less than before, so that a live chart does not twitch. */
  const measure = (plot: uPlot, values: string[] | null) => {
    if (values) {
      plot.ctx.save();
      plot.ctx.font = font;
      const widest = Math.max(0, ...values.map(value => plot.ctx.measureText(value ?? '').width));
      plot.ctx.restore();
      room = Math.max(room, Math.ceil(widest / 4) * 4 + 14 * unit);
    }
    return room || 40 * unit;
  };
  const steps = kind === 'iterations' ? { incrs: STEPS } : kind === 'relative' ? { incrs: RELATIVE_STEPS } : {};
  const made: uPlot.Options = {
    width: Math.round(layout.width * unit),
    height: Math.round(layout.height * unit),
    padding: [8 * unit, 14 * unit, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    series: [{}, { show: false }],
    scales: {
      x: { time: kind === 'wall', distr: logX ? 3 : 1, auto: false, range: () => x() },
      y: { distr: options.logY ? 3 : 1, auto: false, range: () => y() },
    },
    axes: [
      {
        ...axis,
        size: 22 * unit,
        space: (kind === 'wall' ? 92 : kind === 'iterations' ? 56 : 74) * unit,
        ...(logX ? { splits: () => logSplits(...x()), filter: (_: uPlot, splits: number[]) => splits } : steps),
        values: (_, splits, __, ___, increment) => (logX ? logTicks(splits) : xTicks(kind, splits, increment)),
        grid: { show: false },
        border: { show: true, stroke: () => paint().border, width: unit },
      },
      {
        ...axis,
        space: 34 * unit,
        size: measure,
        ...(options.logY ? { splits: () => logSplits(...y()), filter: (_: uPlot, splits: number[]) => splits } : {}),
        values: (_, splits, __, ___, increment) =>
          none() ? splits.map(() => '') : options.logY ? logTicks(splits) : numberTicks(splits, increment),
        grid: { stroke: () => paint().grid, width: unit },
      },
    ],
    hooks,
  };
  return new uPlot(made, [[...x()], [null, null]], host);
}

/** The ticks that an axis shows now: uPlot keeps them on the axis. */
export function ticksOf(plot: uPlot, at: 0 | 1): Tick[] {
  const { _splits: splits, _values: labels } = plot.axes[at] as unknown as {
    _splits: number[] | null;
    _values: (string | null)[] | null;
  };
  return (splits ?? []).flatMap((value, index) => {
    const label = labels?.[index];
    return label ? [{ value, label }] : [];
  });
}
