import { signal } from '@preact/signals';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';
import type { Source } from '../source';
import { ObjectTags } from './tagging';

afterEach(cleanup);

it('leaves a menu that was opened again open when a tag of the one before it is there at last', async () => {
  let added: () => void = () => undefined;
  const source = {
    storeId: '',
    connected: signal(true),
    read: async () => ({ tags: [] }),
    edit: () =>
      new Promise<void>(resolve => {
        added = resolve;
      }),
    watch: () => undefined,
  } as unknown as Source;
  let changed = 0;
  render(<ObjectTags source={source} id="a" tags={[]} onChanged={() => (changed += 1)} />);
  const button = screen.getByRole('button', { name: 'Add tag' });
  fireEvent.click(button);
  const field = await screen.findByRole('textbox', { name: 'New tag' });
  fireEvent.input(field, { target: { value: 'best' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  fireEvent.keyDown(field, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('textbox', { name: 'New tag' })).toBeNull());
  fireEvent.click(button);
  const again = await screen.findByRole('textbox', { name: 'New tag' });
  added();
  await waitFor(() => expect(changed).toBe(1));
  expect(screen.queryByRole('textbox', { name: 'New tag' })).toBe(again);
  expect(document.activeElement).toBe(again);
});
