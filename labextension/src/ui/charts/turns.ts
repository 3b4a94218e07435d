// Drawings that wait their turn: two in a frame, so that scrolling goes on while cards come into sight.

const EACH_FRAME = 2;

const waiting = new Set<() => void>();
let planned = false;

function next(): void {
  planned = false;
  let left = EACH_FRAME;
  for (const run of waiting) {
    waiting.delete(run);
    run();
    left -= 1;
    if (left === 0) {
      break;
    }
  }
  if (waiting.size > 0) {
    plan();
  }
}

function plan(): void {
  if (!planned) {
    planned = true;
    requestAnimationFrame(next);
  }
}

/** Calls `run` when its turn comes; returns how to give that up. */
export function inTurn(run: () => void): () => void {
  waiting.add(run);
  plan();
  return () => waiting.delete(run);
}
