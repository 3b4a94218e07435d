import type uPlot from 'uplot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TurnHeads } from './turnheads';

const TURNS = ['lr: 0.1 → 0.25', 'lr: 0.25 → 1'].map((text, index) => ({
  at: 100 * index,
  text,
  user: 'ada',
  iteration: index,
  wall: 0,
}));
const PLOT = {
  over: { offsetLeft: 0, offsetTop: 0, clientWidth: 200 },
  valToPos: (at: number) => at,
} as unknown as uPlot;

let over: HTMLElement;
let abort: AbortController;

beforeEach(() => {
  over = document.createElement('div');
  document.body.append(over);
  abort = new AbortController();
  new TurnHeads(over, abort.signal).show(TURNS, PLOT);
});

afterEach(() => {
  abort.abort();
  over.remove();
});

const heads = () => [...over.querySelectorAll('button')] as [HTMLButtonElement, HTMLButtonElement];
const point = (at: Element) => at.dispatchEvent(new Event('pointerover', { bubbles: true }));

/** What the tip says, where it is shown. */
function told(): string | null {
  const tip = over.querySelector<HTMLElement>('.tk-turn-tip');
  return tip?.hidden ? null : (tip?.firstElementChild?.textContent ?? null);
}

it('tells the head that is pointed at, and none when the mouse is elsewhere', () => {
  point(heads()[0]);
  expect(told()).toBe('lr: 0.1 → 0.25');
  point(over);
  expect(told()).toBeNull();
});

it('tells on what the keys have reached when it slides from under a mouse that rests', () => {
  point(heads()[0]);
  heads()[1].focus();
  expect(told()).toBe('lr: 0.25 → 1');
  point(over);
  expect(told()).toBe('lr: 0.25 → 1');
  over.dispatchEvent(new Event('pointerleave'));
  expect(told()).toBe('lr: 0.25 → 1');
  heads()[1].dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  point(over);
  expect(told()).toBeNull();
});

it('tells nothing of a head that the keys have left', () => {
  heads()[1].focus();
  heads()[1].blur();
  point(over);
  expect(told()).toBeNull();
});
