// The tooltip of a line chart: built once, filled anew as the pointer moves, always inside its chart's width.

import { formatCount, formatDuration, formatValue, formatWall } from './format';
import type { Hit } from './hover';
import type { LineModel } from './model';
import { dashOf, seriesToken } from './paint';
import '../styles/tooltip.css';

/** Rows shown at once; the others are counted. */
const ROWS = 12;
const GAP = 14;

function element(name: string, className: string, parent: Element, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

export function formatX(model: Pick<LineModel, 'x'>, x: number): string {
  if (model.x.kind === 'wall') {
    return formatWall(x);
  }
  return model.x.kind === 'relative' ? formatDuration(x) : `iteration ${formatCount(x)}`;
}

/** The rows to show: as many as fit around the nearest one. */
export function windowOf(hits: Hit[], rows = ROWS): Hit[] {
  if (hits.length <= rows) {
    return hits;
  }
  const middle = Math.max(
    0,
    hits.findIndex(hit => hit.nearest),
  );
  const first = Math.min(Math.max(0, middle - Math.floor(rows / 2)), hits.length - rows);
  return hits.slice(first, first + rows);
}

/** Puts a tooltip beside a place of its host: always inside. */
export function placeTip(tip: HTMLElement, host: HTMLElement, left: number, top: number): void {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const room = host.clientWidth;
  const right = left + GAP;
  const x = right + width <= room ? right : left - GAP - width >= 0 ? left - GAP - width : Math.max(0, room - width);
  const y = Math.max(0, Math.min(top - height / 2, host.clientHeight - height));
  tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

export class Tooltip {
  private readonly root: HTMLElement;

  constructor(private readonly host: HTMLElement) {
    this.root = element('div', 'tk-tooltip', host);
    this.root.setAttribute('aria-hidden', 'true');
    this.root.hidden = true;
  }

  hide(): void {
    this.root.hidden = true;
  }

  show(model: LineModel, hits: Hit[], left: number, top: number): void {
    const nearest = hits.find(hit => hit.nearest) ?? hits[0];
    if (!nearest) {
      this.hide();
      return;
    }
    this.root.replaceChildren();
    element('div', 'tk-tooltip-x', this.root, formatX(model, nearest.x));
    const table = element('div', 'tk-tooltip-rows', this.root);
    const shown = windowOf(hits);
    const smoothed = shown.some(hit => hit.raw !== null);
    table.classList.toggle('tk-tooltip-smoothed', smoothed);
    for (const hit of shown) {
      const row = element(
        'div',
        hit.nearest && hits.length > 1 ? 'tk-tooltip-row tk-nearest' : 'tk-tooltip-row',
        table,
      );
      const swatch = element('span', dashOf(hit.series.dash).length ? 'tk-swatch tk-dashed' : 'tk-swatch', row);
      swatch.style.color = seriesToken(hit.series.color);
      element('span', 'tk-tooltip-name', row, hit.series.name);
      element('span', 'tk-tooltip-value', row, formatValue(hit.value));
      if (smoothed) {
        element('span', 'tk-tooltip-raw', row, hit.raw === null ? '' : formatValue(hit.raw));
      }
    }
    if (hits.length > shown.length) {
      element('div', 'tk-tooltip-more', this.root, `and ${formatCount(hits.length - shown.length)} more`);
    }
    this.root.hidden = false;
    placeTip(this.root, this.host, left, top);
  }
}
