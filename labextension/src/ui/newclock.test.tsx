// One clock for whichever experiment a view shows: a query may find another one by and by.

import { signal, useComputed } from '@preact/signals';
import { act, render, screen } from '@testing-library/preact';
import { expect, it } from 'vitest';
import type { Clock } from './clock';
import { useNewClock } from './newclock';
import type { Source } from './source';

const source = {
  storeId: '',
  connected: signal(true),
  read: () => new Promise(() => undefined),
  watch: () => undefined,
} as unknown as Source;

let clock: Clock;

/** What a chart shows of it, as charts do: by a value that is computed and goes on when the view is drawn again. */
function Chart() {
  const turns = useComputed(() => clock.turns.value.map(turn => turn.text).join());
  return <output>{turns}</output>;
}

function Shown({ id }: { id: string }) {
  clock = useNewClock(source, id);
  return <Chart />;
}

const turned = (text: string) =>
  act(() => {
    clock.turns.value = [{ iterations: 1, relative: 1, wall: 1, text, user: null }];
  });

it('shows the turns of the experiment that took the place of another, and nothing that was marked on that one', () => {
  const { rerender } = render(<Shown id="a" />);
  turned('lr 0.1');
  act(() => {
    clock.span.value = { xaxis: 'iterations', from: 1, to: 2 };
  });
  expect(screen.getByRole('status').textContent).toBe('lr 0.1');
  rerender(<Shown id="b" />);
  expect(clock.span.value).toBeNull();
  turned('lr 0.3');
  expect(screen.getByRole('status').textContent).toBe('lr 0.3');
});
