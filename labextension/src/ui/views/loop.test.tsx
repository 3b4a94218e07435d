// What is written into a knob, while others turn it.

import { signal } from '@preact/signals';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';
import type { Clock } from '../clock';
import type { ExperimentAnswer, LoopAnswer } from '../protocol';
import { type Source, SourceError } from '../source';
import { Loop } from './loop';

const RECORD = { id: 'a'.repeat(32), started: null } as unknown as ExperimentAnswer;

/** A loop with one knob, which is turned by anybody. */
function shown(refuses = false) {
  let value = 0.1;
  let doing: LoopAnswer['doing'] = 'running';
  let wake: () => void = () => undefined;
  const turns: unknown[] = [];
  const source = {
    storeId: '',
    connected: signal(true),
    read: async (): Promise<LoopAnswer> => ({
      doing,
      knobs: [{ name: 'lr', value, default: 0.1, min: null, max: null }],
      turns: [],
    }),
    edit: async (_: string, args: { value: string; seen: string }) => {
      turns.push([args.value, args.seen]);
      if (refuses) {
        throw new SourceError('conflict', 'lr was turned to 0.3 meanwhile.');
      }
      value = Number(args.value);
      return { state: null };
    },
    watch: (_: unknown, onChange: () => void) => {
      wake = onChange;
    },
  } as unknown as Source;
  const clock = { turns: signal([]) } as unknown as Clock;
  render(<Loop source={source} record={RECORD} clock={clock} onChanged={() => undefined} />);
  const turned = (to: number) => {
    value = to;
    wake();
  };
  const ends = () => {
    doing = null;
    wake();
  };
  return { turns, turned, ends, box: () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Value of lr' }) };
}

afterEach(cleanup);

it('keeps what is being written when somebody else turns the knob, and says from where it is turned', async () => {
  const { turns, turned, box } = shown();
  const input = await box();
  fireEvent.input(input, { target: { value: '0.05' } });
  turned(0.3);
  await waitFor(() => expect(input.closest('.tk-knob')?.getAttribute('title')).toContain('began as'));
  expect(input.value).toBe('0.05');
  fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(turns).toEqual([['0.05', '0.1']]));
});

it('shows what it was turned to by somebody else when that is why it was refused', async () => {
  const { turned, box } = shown(true);
  const input = await box();
  fireEvent.input(input, { target: { value: '0.05' } });
  turned(0.3);
  await waitFor(() => expect(input.closest('.tk-knob')?.getAttribute('data-turned')).toBe('true'));
  fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(input.value).toBe('0.3'));
});

it('says at the knob what was refused, until it is written anew', async () => {
  const { box } = shown(true);
  const input = await box();
  fireEvent.input(input, { target: { value: '7' } });
  fireEvent.keyDown(input, { key: 'Enter' });
  const why = await screen.findByRole('alert');
  expect(why.closest('.tk-knob')).toBe(input.closest('.tk-knob'));
  expect(input.getAttribute('aria-describedby')).toBe(why.id);
  fireEvent.keyDown(input, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});

it('follows the value that nobody writes over, and as it was taken what somebody wrote', async () => {
  const { turned, box } = shown();
  const input = await box();
  turned(0.3);
  await waitFor(() => expect(input.value).toBe('0.3'));
  fireEvent.input(input, { target: { value: '5e-2' } });
  fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(input.value).toBe('0.05'));
});

it('is turned again at once, before what it was turned to is read back', async () => {
  const { turns, box } = shown();
  const input = await box();
  for (const value of ['0.2', '0.3', '0.4']) {
    fireEvent.input(input, { target: { value } });
    fireEvent.keyDown(input, { key: 'Enter' });
  }
  await waitFor(() => expect(turns).toHaveLength(3));
  expect(turns).toEqual([
    ['0.2', '0.1'],
    ['0.3', '0.2'],
    ['0.4', '0.3'],
  ]);
});

it('is not turned back by what was read before the turn was taken and is drawn after it', async () => {
  const answers: ((answer: LoopAnswer) => void)[] = [];
  let taken: () => void = () => undefined;
  let wake: () => void = () => undefined;
  const turns: unknown[] = [];
  const loop = (value: number): LoopAnswer => ({
    doing: 'running',
    knobs: [{ name: 'lr', value, default: 0.1, min: 0.001, max: 1 }],
    turns: [],
  });
  const source = {
    storeId: '',
    connected: signal(true),
    read: () => new Promise<LoopAnswer>(resolve => answers.push(resolve)),
    edit: (_: string, args: { value: string; seen: string }) => {
      turns.push([args.value, args.seen]);
      return new Promise<object>(resolve => {
        taken = () => resolve({ state: null });
      });
    },
    watch: (_: unknown, onChange: () => void) => {
      wake = onChange;
    },
  } as unknown as Source;
  const clock = { turns: signal([]) } as unknown as Clock;
  render(<Loop source={source} record={RECORD} clock={clock} onChanged={() => undefined} />);
  answers[0]?.(loop(0.1));
  const input = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Value of lr' });
  wake();
  await waitFor(() => expect(answers).toHaveLength(2));
  fireEvent.input(input, { target: { value: '0.2' } });
  fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(turns).toHaveLength(1));
  answers[1]?.(loop(0.1)); // asked for before the turn
  await kept();
  taken(); // and the turn is taken before the page is painted
  await waitFor(() => expect(answers).toHaveLength(3));
  await new Promise(resolve => setTimeout(resolve, 200)); // a slow server: nothing is read back yet
  expect(input.value).toBe('0.2');
  fireEvent.input(screen.getByRole('slider', { name: 'lr' }), { target: { value: '1000' } });
  fireEvent.change(screen.getByRole('slider', { name: 'lr' }));
  await waitFor(() => expect(turns).toHaveLength(2));
  expect(turns[1]).toEqual(['1', '0.2']);
});

/** Lets the promises that are due be kept, while no frame passes. */
async function kept() {
  for (let turn = 0; turn < 20; turn += 1) {
    await null;
  }
}

it('keeps the focus when the loop ends, and takes it from nobody', async () => {
  const { ends } = shown();
  const stop = await screen.findByRole('button', { name: 'Stop' });
  stop.focus();
  ends();
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull());
  expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Loop' }));
  cleanup();
  const other = document.body.appendChild(document.createElement('button'));
  const { ends: endsToo } = shown();
  await screen.findByRole('button', { name: 'Stop' });
  other.focus();
  endsToo();
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull());
  expect(document.activeElement).toBe(other);
  other.remove();
});
