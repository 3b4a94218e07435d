// What follows the pointer over curves: dots on them, spike lines, the tooltip.

import type uPlot from 'uplot';
import type { ChartOptions } from './chart';
import { closestAt, compareAt, type Hit, type Place } from './hover';
import { layer, type Point } from './layer';
import type { LineModel } from './model';
import { type Paint, seriesColor } from './paint';
import { Tooltip } from './tooltip';

/** More dots than this under the pointer are noise. */
const DOTS = 12;
/** A line is pointed at when it is this close. */
const TOUCH = 12;

export class Marker {
  private readonly tooltip: Tooltip;
  private readonly spikeX = layer('tk-spike tk-spike-x');
  private readonly spikeY = layer('tk-spike tk-spike-y');
  private readonly dots: HTMLElement[] = [];

  constructor(host: HTMLElement) {
    this.tooltip = new Tooltip(host);
  }

  /** Goes with a new drawing. */
  attach(over: HTMLElement): void {
    over.append(this.spikeX, this.spikeY, ...this.dots);
  }

  /** Marks what is at a point; returns the id of the series pointed at, if one is that close. */
  show(plot: uPlot, model: LineModel, options: ChartOptions, paint: Paint, { left, top }: Point): string | null {
    const place: Place = {
      toLeft: value => plot.valToPos(value, 'x'),
      toTop: value => plot.valToPos(value, 'y'),
      toX: position => plot.posToVal(position, 'x'),
      log: options.logY,
    };
    const find = options.hover === 'closest' ? closestAt : compareAt;
    const hits = find(model, options.hidden, left, top, place);
    const nearest = hits.find(hit => hit.nearest) ?? hits[0];
    if (!nearest) {
      this.hide();
      return null;
    }
    this.mark(plot.over, options, paint, hits, nearest);
    const { offsetLeft, offsetTop } = plot.over;
    this.tooltip.show(model, hits, offsetLeft + left, offsetTop + top);
    const near = nearest.top !== null && Math.abs(nearest.top - top) <= TOUCH;
    return near ? nearest.series.id : null;
  }

  hide(): void {
    this.tooltip.hide();
    this.spikeX.hidden = true;
    this.spikeY.hidden = true;
    for (const dot of this.dots) {
      dot.hidden = true;
    }
  }

  private mark(over: HTMLElement, options: ChartOptions, paint: Paint, hits: Hit[], nearest: Hit): void {
    const marked = hits.length > DOTS ? [nearest] : hits;
    const { clientWidth: width, clientHeight: height } = over;
    const inside = (hit: Hit) => hit.top !== null && hit.left >= -1 && hit.left <= width + 1 && hit.top >= -1;
    const visible = marked.filter(hit => inside(hit) && (hit.top as number) <= height + 1);
    for (let index = 0; index < Math.max(visible.length, this.dots.length); index += 1) {
      const hit = visible[index];
      let dot = this.dots[index];
      if (!dot) {
        dot = layer('tk-dot');
        this.dots.push(dot);
        over.append(dot);
      }
      dot.hidden = !hit;
      if (hit) {
        dot.style.color = seriesColor(paint, hit.series.color);
        dot.style.transform = `translate(${hit.left}px, ${hit.top}px)`;
        dot.classList.toggle('tk-nearest', hit.nearest);
      }
    }
    this.spikeX.hidden = !(options.spikes || options.hover === 'compare');
    this.spikeX.style.transform = `translateX(${Math.round(nearest.left)}px)`;
    this.spikeX.classList.toggle('tk-strong', options.spikes);
    this.spikeY.hidden = !options.spikes || nearest.top === null;
    this.spikeY.style.transform = `translateY(${Math.round(nearest.top ?? 0)}px)`;
  }
}
