// Where knobs were turned, on a chart: a head for each, which says who turned what when it is pointed at or reached by key.

import type uPlot from 'uplot';
import { formatCount, formatWall } from './format';
import { placeTip } from './tooltip';
import '../styles/turnheads.css';

/** A knob that was turned, where it lies on the axis of a chart. */
export interface ShownTurn {
  at: number;
  /** The knob, from what, to what. */
  text: string;
  user: string | null;
  iteration: number;
  /** Unix seconds. */
  wall: number;
}

/** Heads that are closer than this are told together. */
const CLOSE = 6;
/** Of many that are told together, so many. */
const MOST = 6;

function line(parent: HTMLElement, className: string, text: string): void {
  const made = document.createElement('div');
  made.className = className;
  made.textContent = text;
  parent.append(made);
}

function wordsOf({ user, iteration, wall }: ShownTurn): string {
  return `${user ? `by ${user}, ` : ''}iteration ${formatCount(iteration)}, ${formatWall(wall)}`;
}

export class TurnHeads {
  private readonly tip = document.createElement('div');
  private heads: HTMLButtonElement[] = [];
  private turns: readonly ShownTurn[] = [];
  private told: HTMLButtonElement | null = null;
  /** The head that the keys have reached. */
  private reached: HTMLButtonElement | null = null;

  constructor(
    /** Lies over the drawing, and is no part of the picture that it is. */
    private readonly over: HTMLElement,
    signal: AbortSignal,
  ) {
    this.tip.className = 'tk-tooltip tk-turn-tip';
    this.tip.setAttribute('aria-hidden', 'true');
    this.tip.hidden = true;
    over.append(this.tip);
    const headOf = (event: Event) => (event.target as HTMLElement).closest<HTMLButtonElement>('.tk-turn-head');
    // A chart that grows slides its heads from under a mouse that rests: what the keys have reached is told on.
    over.addEventListener('pointerover', event => this.tell(headOf(event) ?? this.reached), { signal });
    over.addEventListener('pointerleave', () => this.tell(this.reached), { signal });
    over.addEventListener(
      'focusin',
      event => {
        const head = headOf(event);
        this.reached = head?.matches(':focus-visible') ? head : null;
        this.tell(head);
      },
      { signal },
    );
    over.addEventListener('focusout', () => this.leave(), { signal });
    over.addEventListener('keydown', event => this.key(event, headOf(event)), { signal });
  }

  /** The heads, put where the axis is now. */
  show(turns: readonly ShownTurn[], plot: uPlot): void {
    this.turns = turns;
    while (this.heads.length > turns.length) {
      this.heads.pop()?.remove();
    }
    while (this.heads.length < turns.length) {
      const head = document.createElement('button');
      head.type = 'button';
      head.className = 'tk-turn-head';
      this.over.append(head);
      this.heads.push(head);
    }
    const { offsetLeft, offsetTop, clientWidth } = plot.over;
    for (const [index, turn] of turns.entries()) {
      const head = this.heads[index] as HTMLButtonElement;
      const left = plot.valToPos(turn.at, 'x');
      head.hidden = !(left >= 0 && left <= clientWidth);
      head.style.left = `${offsetLeft + left}px`;
      head.style.top = `${offsetTop}px`;
      head.setAttribute('aria-label', `${turn.text}, ${wordsOf(turn)}`);
    }
    this.stop(this.heads.find(head => head.tabIndex === 0 && !head.hidden) ?? null);
    const here = (head: HTMLButtonElement | null) => (head && !head.hidden && head.isConnected ? head : null);
    this.reached = here(this.reached);
    if (this.told) {
      this.tell(here(this.told));
    }
  }

  /** All heads are one stop of the tab key: the arrows go from one to another. */
  private stop(chosen: HTMLButtonElement | null): void {
    const only = chosen ?? this.heads.findLast(head => !head.hidden);
    for (const head of this.heads) {
      head.tabIndex = head === only ? 0 : -1;
    }
  }

  private key(event: KeyboardEvent, head: HTMLButtonElement | null): void {
    const seen = this.heads.filter(one => !one.hidden);
    const at = head ? seen.indexOf(head) : -1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: seen.length - 1 }[event.key];
    const next = to === undefined ? undefined : seen[to];
    if (at >= 0 && to !== undefined) {
      event.preventDefault();
      this.stop(next ?? head);
      next?.focus();
    } else if (event.key === 'Escape' && this.told) {
      event.preventDefault();
      event.stopPropagation();
      this.leave();
    }
  }

  private leave(): void {
    this.reached = null;
    this.tell(null);
  }

  private tell(head: HTMLButtonElement | null): void {
    this.told = head;
    this.tip.hidden = head === null;
    if (!head) {
      return;
    }
    const left = Number.parseFloat(head.style.left);
    const near = this.turns.filter((_, index) => {
      const other = this.heads[index] as HTMLButtonElement;
      return other === head || (!other.hidden && Math.abs(Number.parseFloat(other.style.left) - left) < CLOSE);
    });
    this.tip.replaceChildren();
    for (const turn of near.slice(-MOST)) {
      line(this.tip, 'tk-turn-what', turn.text);
      line(this.tip, 'tk-tooltip-x', wordsOf(turn));
    }
    if (near.length > MOST) {
      line(this.tip, 'tk-tooltip-more', `and ${formatCount(near.length - MOST)} more`);
    }
    placeTip(this.tip, this.over, left, Number.parseFloat(head.style.top) + this.tip.offsetHeight / 2 + CLOSE);
  }
}
