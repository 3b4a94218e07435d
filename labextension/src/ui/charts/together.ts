// What the charts of a view have in common: the line that stands out, the part that is zoomed to, how they are to look.

import { type Signal, signal } from '@preact/signals';
import { type ChartOptions, DEFAULTS } from './chart';
import type { Range } from './extent';
import type { Zoom } from './gestures';
import type { LineModel } from './model';
import type { Look, Settings } from './settings';

/** Who is pointed at, in whichever chart. */
export type Lit = Pick<LineModel['series'][number], 'experiment' | 'variant'>;

/** What was chosen at one card. */
export interface Choices {
  options: Signal<ChartOptions>;
  zoom: Signal<Zoom>;
  /** The look of all charts that the options hold already. */
  look: Look;
  /** How often it followed the clock in zooming. */
  zooms: number;
}

export interface Together {
  lit: Signal<Lit | null>;
  look: Signal<Look>;
  /** Whether a zoom is that of all charts. */
  linked: Signal<boolean>;
  /** The part all are zoomed to while they are linked. */
  x: Signal<Range | null>;
  /** Of each chart that was near the screen: its card may go, and come back. */
  choices: Map<string, Choices>;
}

export function lookOf({ logX, logY, ignoreOutliers, bounds, originals }: Look): Look {
  return { logX, logY, ignoreOutliers, bounds, originals };
}

export function together(settings: Settings): Together {
  return {
    lit: signal(null),
    look: signal(lookOf(settings)),
    linked: signal(settings.linked),
    x: signal(null),
    choices: new Map(),
  };
}

export function choicesOf(together: Together, chart: string): Choices {
  const look = together.look.peek();
  const found = together.choices.get(chart) ?? {
    options: signal<ChartOptions>({ ...DEFAULTS, ...look }),
    zoom: signal<Zoom>({ x: together.linked.peek() ? together.x.peek() : null, y: null }),
    look,
    zooms: 0,
  };
  together.choices.set(chart, found);
  return found;
}

/** The lines of a chart that stand out: the same line, else those of the same experiment; null where there are none. */
export function litIn(model: LineModel, lit: Lit | null): ReadonlySet<string> | null {
  if (!lit) {
    return null;
  }
  const mine = model.series.filter(series => series.experiment === lit.experiment);
  const same = mine.filter(series => series.variant === lit.variant);
  const found = same.length > 0 ? same : mine;
  return found.length > 0 && found.length < model.series.length ? new Set(found.map(series => series.id)) : null;
}
