// Colours, dashes and type of a chart, read from the tokens where it is drawn.

export const SLOTS = 10;

/** Dash patterns in CSS pixels, one for each time the palette has been gone through. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 4]];

export interface Paint {
  series: string[];
  ink: string;
  muted: string;
  grid: string;
  border: string;
  paper: string;
  font: string;
}

/** What the tokens say at `element` now; read again after a change of theme. */
export function paintOf(element: Element): Paint {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim() || style.color;
  return {
    series: Array.from({ length: SLOTS }, (_, slot) => token(`--tk-series-${slot}`)),
    ink: token('--tk-ink'),
    muted: token('--tk-ink-2'),
    grid: token('--tk-grid'),
    border: token('--tk-border'),
    paper: token('--tk-paper'),
    font: style.fontFamily || 'sans-serif',
  };
}

export function seriesColor(paint: Paint, slot: number): string {
  return paint.series[((slot % SLOTS) + SLOTS) % SLOTS] as string;
}

export function dashOf(dash: number): readonly number[] {
  return DASHES[Math.max(0, dash) % DASHES.length] as readonly number[];
}

/** The token of a slot, for style attributes: follows the theme by itself. */
export function seriesToken(slot: number): string {
  return `var(--tk-series-${((slot % SLOTS) + SLOTS) % SLOTS})`;
}

const resolved = new Map<string, string>();

/** A colour of any CSS syntax as `rgba(...)`, for those who do not read all of it. */
export function plainColor(color: string): string {
  const known = resolved.get(color);
  if (known) {
    return known;
  }
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) {
    return color;
  }
  ctx.fillStyle = color;
  ctx.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = ctx.getImageData(0, 0, 1, 1).data;
  const plain = `rgba(${red}, ${green}, ${blue}, ${Math.round((alpha / 255) * 1000) / 1000})`;
  resolved.set(color, plain);
  return plain;
}
