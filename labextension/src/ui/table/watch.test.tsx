// A table hears of what changes, also of what changed while nobody looked.

import { type Signal, signal } from '@preact/signals';
import { cleanup, render, waitFor } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import { ActiveProvider } from '../parts/live';
import type { Source } from '../source';
import { useWatch } from './watch';

afterEach(cleanup);

function watched(active: Signal<boolean>, ids: string[]) {
  const asked: string[][] = [];
  let wake: () => void = () => undefined;
  const source = {
    watch: (found: readonly string[], onChange: () => void) => {
      asked.push([...found]);
      wake = onChange;
    },
  } as unknown as Source;
  const onChange = vi.fn();
  function Table({ source }: { source: Source }) {
    useWatch(source, 'store', onChange)(ids);
    return null;
  }
  const { rerender } = render(
    <ActiveProvider value={active}>
      <Table source={source} />
    </ActiveProvider>,
  );
  const again = () =>
    rerender(
      <ActiveProvider value={active}>
        <Table source={{ ...source }} />
      </ActiveProvider>,
    );
  return { asked, onChange, again, wake: () => wake() };
}

it('tells at once of what changes while it is looked at, else when it is looked at again', async () => {
  const active = signal(true);
  const { onChange, wake } = watched(active, []);
  wake();
  expect(onChange).toHaveBeenCalledTimes(1);
  active.value = false;
  wake();
  wake();
  expect(onChange).toHaveBeenCalledTimes(1);
  active.value = true;
  expect(onChange).toHaveBeenCalledTimes(2);
  active.value = false;
  active.value = true;
  expect(onChange).toHaveBeenCalledTimes(2);
});

it('watches what is in sight, of another source too', async () => {
  const { asked, again } = watched(signal(true), ['a', 'b']);
  await waitFor(() => expect(asked.at(-1)).toEqual(['store', 'a', 'b']));
  const before = asked.length;
  again();
  expect(asked.slice(before)).toEqual([['store', 'a', 'b']]);
});
