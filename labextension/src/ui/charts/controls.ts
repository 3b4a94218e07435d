// Which controls a plot offers: the names are the contract, the ranks say what a narrow card shows first.

import {
  Braces,
  CircleDot,
  CodeXml,
  Columns2,
  Crosshair,
  Home,
  ImageDown,
  LassoSelect,
  List,
  Maximize2,
  Move,
  Orbit,
  Rotate3d,
  Scan,
  Search,
  Spline,
  SquareDashed,
  Superscript,
  Table2,
  Timer,
  ZoomIn,
  ZoomOut,
} from 'lucide';
import type { Chart, ChartOptions, DragMode } from './chart';
import type { Control } from './toolbar';

export interface ControlsOf {
  /** What can be done: curves, a figure with axes, one in space, one without either, or a table, which is no drawing. */
  kind: 'line' | 'axes' | 'space' | 'plain' | 'table';
  options: ChartOptions;
  set: (patch: Partial<ChartOptions>) => void;
  chart: () => Chart | null;
  onPng: () => void;
  onSvg: () => void;
  onJson: () => void;
  onEmbed: () => void;
  /** Whether a span that is marked here is one of other tabs too. */
  clock?: boolean;
  /** Absent where the plot is maximised already. */
  onMaximize?: () => void;
}

export function controlsOf(given: ControlsOf): Control[] {
  const { kind, options, set, chart } = given;
  const controls: Control[] = [];
  const add = (group: number, rank: number, name: string, icon: Control['icon'], run: () => void, more = {}) =>
    controls.push({ group, rank, name, icon, run, ...more });
  const drag = (rank: number, name: string, icon: Control['icon'], mode: DragMode) =>
    add(0, rank, name, icon, () => set({ drag: mode }), { pressed: options.drag === mode });
  const flat = kind === 'line' || kind === 'axes';

  if (flat) {
    drag(9, 'Zoom', Search, 'zoom');
    drag(8, 'Pan', Move, 'pan');
  }
  if (flat) {
    drag(17, 'Box select', SquareDashed, 'select');
    drag(18, 'Lasso select', LassoSelect, 'lasso');
    if (given.clock) {
      drag(6, 'Mark span', Timer, 'span');
    }
  }
  if (kind === 'space') {
    drag(5, 'Orbital rotation', Orbit, 'orbit');
    drag(6, 'Turntable rotation', Rotate3d, 'turntable');
    drag(9, 'Zoom', Search, 'zoom');
    drag(8, 'Pan', Move, 'pan');
    add(1, 4, 'Reset camera', Home, () => chart()?.act('reset'));
  }
  if (flat) {
    add(1, 2, 'Zoom in', ZoomIn, () => chart()?.act('zoom-in'), { shortcut: '+' });
    add(1, 3, 'Zoom out', ZoomOut, () => chart()?.act('zoom-out'), { shortcut: '-' });
    add(1, 4, 'Autoscale', Scan, () => chart()?.act('autoscale'), { shortcut: 'double click' });
    add(1, 13, 'Reset axes', Home, () => chart()?.act('reset'), { shortcut: '0' });
    add(2, 14, 'Toggle spike lines', Crosshair, () => set({ spikes: !options.spikes }), { pressed: options.spikes });
    const hover = (mode: ChartOptions['hover']) => ({
      run: () => set({ hover: mode }),
      pressed: options.hover === mode,
    });
    const closest = hover('closest');
    const compare = hover('compare');
    add(2, 11, 'Show closest data on hover', CircleDot, closest.run, { pressed: closest.pressed });
    add(2, 12, 'Compare data on hover', Columns2, compare.run, { pressed: compare.pressed });
  }
  if (flat) {
    add(2, 1, 'Toggle logarithmic view', Superscript, () => set({ logY: !options.logY }), {
      pressed: options.logY,
      shortcut: 'l',
    });
  }
  if (kind === 'line') {
    add(2, 16, 'Show as table', Table2, () => set({ table: !options.table }), {
      pressed: options.table,
      shortcut: 't',
    });
  }
  const drawn = flat || kind === 'space';
  if (drawn) {
    add(2, 10, 'Toggle legend', List, () => set({ legend: !options.legend }), { pressed: options.legend });
  }
  if (kind !== 'table') {
    add(3, 5, 'Download PNG', ImageDown, given.onPng);
  }
  if (drawn) {
    add(3, 19, 'Download SVG', Spline, given.onSvg);
  }
  add(3, 7, 'Download JSON', Braces, given.onJson);
  add(3, 15, 'Copy embed code', CodeXml, given.onEmbed);
  if (given.onMaximize) {
    add(3, 0, 'Maximize', Maximize2, given.onMaximize, { shortcut: 'm' });
  }
  return controls;
}
