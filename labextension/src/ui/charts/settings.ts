// What a person chose for the curves of some experiments, kept in this browser.

import type { CurveSettings } from './reader';

export interface Kept extends CurveSettings {
  /** Ids of the charts that are hidden. */
  hidden: string[];
}

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const PREFIX = 'trackkit:curves:';

/** The browser's storage, or nothing where it is switched off. */
export function shelf(): Shelf | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

export function recall(objects: readonly string[], from: Shelf | null): Partial<Kept> {
  try {
    const found: unknown = JSON.parse(from?.getItem(PREFIX + objects.join()) ?? '{}');
    if (typeof found !== 'object' || found === null) {
      return {};
    }
    const { groupBy, xaxis, smoothing, hidden } = found as Record<string, unknown>;
    const kept: Partial<Kept> = {};
    if (groupBy === 'metric' || groupBy === 'none') {
      kept.groupBy = groupBy;
    }
    if (xaxis === 'iterations' || xaxis === 'relative' || xaxis === 'wall') {
      kept.xaxis = xaxis;
    }
    if (typeof smoothing === 'number') {
      kept.smoothing = clampSmoothing(smoothing);
    }
    if (Array.isArray(hidden)) {
      kept.hidden = hidden.filter(id => typeof id === 'string');
    }
    return kept;
  } catch {
    return {};
  }
}

export function remember(objects: readonly string[], kept: Kept, on: Shelf | null): void {
  try {
    on?.setItem(PREFIX + objects.join(), JSON.stringify(kept));
  } catch {
    // A full or forbidden storage: the choice lasts as long as the page.
  }
}

/** Smoothing as the server takes it: 0 to 0.999 in thousandths. */
export function clampSmoothing(value: number): number {
  return Number.isFinite(value) ? Math.round(Math.min(0.999, Math.max(0, value)) * 1000) / 1000 : 0;
}
