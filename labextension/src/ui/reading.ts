// A view as an output holds it, which another version may have written: what is not known here is left out.

import { KINDS, type View, type ViewOptions } from './protocol';

const CHOICES: Record<string, readonly string[]> = {
  xaxis: ['iterations', 'relative', 'wall'],
  group_by: ['metric', 'none'],
  smoothing_kind: ['none', 'ema', 'time_weighted', 'running', 'gaussian'],
  line: ['mean', 'median'],
  band: ['none', 'minmax', 'std', 'stderr', 'ci95'],
  theme: ['light', 'dark'],
};
const NAMES = new Set(['metrics', 'variants', 'by', 'over']);
const NUMBERS = new Set(['smoothing', 'smoothing_window', 'smoothing_sigma', 'iteration']);

/** The view in `data`; null where there is none. */
export function readView(data: unknown): View | null {
  const found = (data ?? {}) as Partial<View>;
  if (typeof found.kind !== 'string' || typeof found.store?.id !== 'string' || !Array.isArray(found.objects)) {
    return null;
  }
  const options = Object.entries(found.options ?? {}).filter(([name, value]) => isKnown(name, value));
  return {
    version: 1,
    kind: found.kind,
    store: { id: found.store.id, path: typeof found.store.path === 'string' ? found.store.path : null },
    objects: found.objects.filter(id => typeof id === 'string'),
    query: found.query ?? null,
    options: Object.fromEntries(options) as ViewOptions,
    title: typeof found.title === 'string' ? found.title : '',
  };
}

export function isKind(kind: string): boolean {
  return (KINDS as readonly string[]).includes(kind);
}

function isKnown(name: string, value: unknown): boolean {
  if (NAMES.has(name)) {
    return Array.isArray(value) && value.every(item => typeof item === 'string');
  }
  if (NUMBERS.has(name)) {
    return typeof value === 'number';
  }
  return CHOICES[name] ? CHOICES[name].includes(value as string) : true;
}

/** Whether one version of this package is newer than another; of what cannot be told, no. */
export function isNewer(version: string | null, than: string | null): boolean {
  const numbers = (text: string | null) =>
    /^\d+(\.\d+)*/
      .exec(text ?? '')?.[0]
      .split('.')
      .map(Number);
  const [one, other] = [numbers(version), numbers(than)];
  if (!one || !other) {
    return false;
  }
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return false;
}
