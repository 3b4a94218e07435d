import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTurn } from './turns';

beforeEach(() => vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame'] }));
afterEach(() => vi.useRealTimers());

it('runs two in a frame, in order, without those that gave up', () => {
  const ran: number[] = [];
  const give = [0, 1, 2, 3, 4].map(at => inTurn(() => ran.push(at)));
  expect(ran).toEqual([]);
  give[1]?.();
  vi.advanceTimersToNextFrame();
  expect(ran).toEqual([0, 2]);
  give[3]?.();
  vi.advanceTimersToNextFrame();
  expect(ran).toEqual([0, 2, 4]);
  inTurn(() => ran.push(5));
  vi.advanceTimersToNextFrame();
  expect(ran).toEqual([0, 2, 4, 5]);
});
