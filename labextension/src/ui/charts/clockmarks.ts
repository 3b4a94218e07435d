// The span and the moment that are marked on the clock, on a chart; and the brush along its horizontal axis that marks them.

import type uPlot from 'uplot';
import type { Range } from './extent';
import { layer } from './layer';
import type { ShownTurn, TurnHeads } from './turnheads';

/** A brush that moved less is a click: it marks a moment. */
const DRAG = 4;

const DRAG_HINT = 'Drag to mark a span in every tab';
const KEY_HINT = 'Shift ← → selects a span, s marks it in every tab';

export interface Marks {
  /** Whether the horizontal axis is one of time, and so one of the clock. */
  timed: boolean;
  span: readonly [from: number, to: number] | null;
  moment: number | null;
  /** Where knobs were turned, and what was. */
  turns: readonly ShownTurn[];
}

export const NO_MARKS: Marks = { timed: false, span: null, moment: null, turns: [] };

export class ClockMarks {
  private readonly span = layer('tk-clock-span');
  private readonly moment = layer('tk-clock-moment');
  private readonly rail = layer('tk-clock-rail');
  private readonly hint = layer('tk-clock-hint');
  private heads: Promise<TurnHeads | null> | null = null;
  private turns: HTMLElement[] = [];
  private marks: Marks = NO_MARKS;

  constructor(
    private readonly host: HTMLElement,
    private readonly plot: () => uPlot | null,
    /** Whether the horizontal axis is one of time. */
    private readonly timed: () => boolean,
    private readonly onSpan: ((span: Range) => void) | undefined,
    /** Lies over the drawing: what can be reached by key is no part of a picture. */
    private readonly over: HTMLElement | null,
    private readonly signal: AbortSignal,
  ) {
    if (onSpan) {
      this.hint.append(document.createElement('span'));
      this.hint.hidden = false;
      this.say(DRAG_HINT);
      this.listen(signal);
    }
  }

  /** Goes with a new drawing. */
  attach(over: HTMLElement): void {
    over.append(this.span, this.moment, ...this.turns);
    if (this.onSpan) {
      over.parentElement?.append(this.rail, this.hint);
    }
  }

  show(marks: Marks): void {
    this.marks = marks;
    this.place();
  }

  /** The marks, put where the axis is now. */
  place(): void {
    const plot = this.plot();
    if (!plot) {
      return;
    }
    const { span, moment } = this.marks;
    const width = plot.over.clientWidth;
    const { offsetLeft, offsetTop, offsetHeight } = plot.over;
    this.rail.hidden = !this.timed();
    const [left, axis] = [`${offsetLeft}px`, `${offsetTop + offsetHeight}px`];
    Object.assign(this.rail.style, { left, top: axis, width: `${width}px` });
    Object.assign(this.hint.style, { left, top: axis, width: `${width}px` });
    if (this.over) {
      const { offsetTop: top, clientHeight: height } = this.host;
      Object.assign(this.over.style, { top: `${top}px`, height: `${height}px` });
    }
    const at = (value: number) => plot.valToPos(value, 'x');
    const put = (mark: HTMLElement, from: number, to: number) => {
      mark.hidden = !(from <= width && to >= 0);
      mark.style.left = `${Math.max(from, -2)}px`;
      mark.style.width = `${Math.max(1, Math.min(to, width + 2) - Math.max(from, -2))}px`;
    };
    this.span.hidden = true;
    this.moment.hidden = true;
    if (span) {
      put(this.span, at(span[0]), at(span[1]));
      // For those who cannot see the colour of a band.
      this.host.dataset.span = span.join(' ');
    } else {
      delete this.host.dataset.span;
    }
    this.placeTurns(plot.over, at);
    if (moment !== null) {
      put(this.moment, at(moment), at(moment));
      this.host.dataset.moment = String(moment);
    } else {
      delete this.host.dataset.moment;
    }
  }

  /** A line where a knob was turned, and its head. */
  private placeTurns(over: HTMLElement, at: (value: number) => number): void {
    const { turns } = this.marks;
    while (this.turns.length > turns.length) {
      this.turns.pop()?.remove();
    }
    while (this.turns.length < turns.length) {
      const line = layer('tk-turn');
      over.append(line);
      this.turns.push(line);
    }
    for (const [index, { at: place }] of turns.entries()) {
      const line = this.turns[index] as HTMLElement;
      const left = at(place);
      line.hidden = left < 0 || left > over.clientWidth;
      line.style.left = `${left}px`;
    }
    this.host.dataset.turns = turns.map(turn => turn.at).join(' ');
    if (turns.length > 0 || this.heads) {
      void this.placeHeads();
    }
  }

  /** Their code comes with the first turn. */
  private async placeHeads(): Promise<void> {
    const { over } = this;
    if (over) {
      this.heads ??= import('./turnheads').then(
        ({ TurnHeads }) => new TurnHeads(over, this.signal),
        () => null,
      );
      const heads = await this.heads;
      const plot = this.plot();
      if (heads && plot && !this.signal.aborted) {
        heads.show(this.marks.turns, plot);
      }
    }
  }

  private say(text: string): void {
    (this.hint.firstChild as HTMLElement).textContent = text;
  }

  private listen(signal: AbortSignal): void {
    let begun: number | null = null;
    const x = (event: PointerEvent) => {
      const { left, width } = (this.plot() as uPlot).over.getBoundingClientRect();
      return Math.min(Math.max(event.clientX - left, 0), width);
    };
    const values = (to: number): Range => {
      const plot = this.plot() as uPlot;
      const [first, last] = [begun as number, to].sort((one, other) => one - other) as [number, number];
      return [plot.posToVal(first, 'x'), plot.posToVal(last, 'x')];
    };
    const { rail } = this;
    rail.addEventListener(
      'pointerdown',
      event => {
        if (event.button === 0 && this.plot()) {
          begun = x(event);
          rail.toggleAttribute('data-held', true);
          rail.setPointerCapture(event.pointerId);
          event.preventDefault();
          event.stopPropagation();
        }
      },
      { signal },
    );
    rail.addEventListener(
      'pointermove',
      event => {
        if (begun !== null && Math.abs(x(event) - begun) >= DRAG) {
          const before = this.marks;
          this.show({ ...before, span: values(x(event)) });
          this.marks = before;
        }
      },
      { signal },
    );
    rail.addEventListener(
      'pointerup',
      event => {
        if (begun === null) {
          return;
        }
        const to = x(event);
        const span = values(Math.abs(to - begun) < DRAG ? begun : to);
        begun = null;
        // Stays until what is marked is known.
        const drawn = span[0] < span[1];
        this.show({ ...this.marks, span: drawn ? span : null, moment: drawn ? null : span[0] });
        this.onSpan?.(span);
      },
      { signal },
    );
    rail.addEventListener('lostpointercapture', () => rail.removeAttribute('data-held'), { signal });
    const { host, hint } = this;
    const focused = () => {
      hint.removeAttribute('data-read');
      this.say(host.matches(':focus-visible') ? KEY_HINT : DRAG_HINT);
    };
    host.addEventListener('focus', focused, { signal });
    host.addEventListener('blur', () => this.say(DRAG_HINT), { signal });
    // Once the chart is used, what the keys can do was read, and it is out of the way.
    for (const name of ['keydown', 'pointerdown'] as const) {
      host.addEventListener(name, () => hint.toggleAttribute('data-read', true), { signal, capture: true });
    }
    rail.addEventListener(
      'pointercancel',
      () => {
        begun = null;
        this.place();
      },
      { signal },
    );
  }
}
