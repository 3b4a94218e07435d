// The attempts of a cell: an execution is one, however many experiments it started.

import { signal } from '@preact/signals';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import type { Attempt, AttemptsAnswer } from '../protocol';
import type { Source } from '../source';
import { Attempts } from './attempts';

afterEach(cleanup);

function attempt(number: number, patch: Partial<Attempt> = {}): Attempt {
  return {
    ...{ id: `id${number}`, number, name: `run ${number}`, status: 'completed', status_reason: null, doing: null },
    ...{ created: null, experiments: 1, ended: { completed: 1 }, where: `id == "${number}"`, pinned: [], value: 0.5 },
    ...{ course: { x: [0, 1], y: [1, 0.5] }, has_code: true, code: null, parameters: [] },
    ...patch,
  };
}

/** The strip beneath a cell, opened, and what was asked of the host. */
async function opened(items: Attempt[], patch: Partial<AttemptsAnswer> = {}) {
  const experiments = items.reduce((sum, item) => sum + item.experiments, 0);
  const values = items.map(item => item.value);
  const answer: AttemptsAnswer = {
    ...{ total: items.length, experiments, unrecorded: 0, metric: ['loss', 'val'], better: 'min', values, items },
    ...patch,
  };
  const edits: unknown[] = [];
  const watched: string[] = [];
  const source = {
    storeId: 'store',
    connected: signal(true),
    read: async (name: string) => (name === 'text' ? { text: 'code' } : answer),
    edit: async (...edit: unknown[]) => edits.push(edit),
    watch: (ids: readonly string[]) => watched.push(...ids),
  } as unknown as Source;
  const place = { cell: 'c', notebook: 'n.ipynb', put: vi.fn(() => () => undefined), open: vi.fn(), list: vi.fn() };
  render(<Attempts source={source} place={place} executed={0} />);
  const line = await screen.findByRole('button', { name: /^Attempt/ });
  fireEvent.click(line);
  return { line, place, edits, watched, table: screen.getByRole('table', { name: 'Attempts' }) };
}

const SWEEP = attempt(1, {
  ...{ experiments: 60, ended: { completed: 57, failed: 2, running: 1 }, status: 'running' },
  ...{
    where: 'cell_execution == "m"',
    parameters: [
      ['lr', null, '0.001 … 0.1 (60 values)'],
      ['batch', null, '32'],
    ],
  },
});

it('counts executions, and says how many experiments each started', async () => {
  const { line, table, place } = await opened([SWEEP]);
  expect(line.textContent).toContain('Attempt 1 · 60 experiments');
  expect(line.textContent).toContain('loss/val 0.5, the best of 60');
  const row = within(table).getAllByRole('row')[1] as HTMLElement;
  expect(row.textContent).toContain('60 experiments');
  expect(row.textContent).toContain('1 running2 failed');
  fireEvent.click(within(row).getByRole('button', { name: '1' }));
  expect(place.list).toHaveBeenCalledWith('cell_execution == "m"');
  expect(place.open).not.toHaveBeenCalled();
});

it('watches nothing until it knows what: nothing is asked of the server without a name', async () => {
  const { watched } = await opened([attempt(2), attempt(1)]);
  await vi.waitFor(() => expect(watched).toEqual(['id2']));
});

it('says nothing beneath a cell that started one', async () => {
  const source = {
    ...{ storeId: '', connected: signal(true), watch: () => undefined },
    read: vi.fn(async () => ({ total: 1, experiments: 1, items: [attempt(1)], values: [0.5] })),
  };
  const place = { cell: 'c', notebook: '', put: () => '', open: vi.fn(), list: vi.fn() };
  const { container } = render(<Attempts source={source as unknown as Source} place={place} executed={0} />);
  await vi.waitFor(() => expect(source.read).toHaveBeenCalled());
  expect(container.textContent).toBe('');
});

it('says of a course that leaves the scale of the others that it does', async () => {
  const { table } = await opened([
    attempt(4, { course: { x: [0, 1, 2], y: [1, 1e6, 1e9] }, value: 1e9 }),
    ...[3, 2, 1].map(number => attempt(number, { course: { x: [0, 2], y: [1, 0.5] } })),
  ]);
  const courses = within(table).getAllByRole('img');
  expect(courses.map(each => each.getAttribute('aria-label'))).toEqual([
    'Attempt 4: 1 to 1e9, off the scale',
    ...[3, 2, 1].map(number => `Attempt ${number}: 1 to 0.5`),
  ]);
  expect(courses[0]?.querySelector('text')?.textContent).toBe('↑ off the scale');
  expect(courses[1]?.querySelector('text')).toBeNull();
});

it('tells the parameters of the first, and how the others differ', async () => {
  const second = attempt(2, { parameters: [['lr', '0.1', '0.2']] });
  const { table } = await opened([
    second,
    attempt(1, {
      parameters: [
        ['lr', null, '0.1'],
        ['batch', null, '32'],
      ],
    }),
  ]);
  const [, newest, first] = within(table).getAllByRole('row');
  expect(newest?.textContent).toContain('lr 0.1 0.2');
  expect(first?.textContent).toContain('first: lr 0.1batch 32');
  fireEvent.focus(first as HTMLElement);
  const compared = screen.getByRole('region', { name: 'Attempt 1 compared' });
  expect(compared.textContent).toContain('batch 32');
});

it('draws all on one scale', async () => {
  const low = attempt(1, { course: { x: [0, 10], y: [0, 1] } });
  const { table } = await opened([attempt(2, { course: { x: [0, 20], y: [1, 2] } }), low]);
  const [second, first] = [...table.querySelectorAll('.tk-course path')].map(path => path.getAttribute('d') ?? '');
  const ends = (line: string | undefined) =>
    (line ?? '')
      .slice(1)
      .split('L')
      .map(point => point.split(' ').map(Number));
  expect(ends(first)[1]?.[1]).toBe(ends(second)[0]?.[1]); // 1 is as high in both
  expect(ends(first)[1]?.[0]).toBeCloseTo(36, 0); // 10 of 20 iterations are half of the width
});

it('is not flattened by one that diverges', async () => {
  const course = (top: number) => ({ x: [0, 10], y: [1, top] });
  const astray = attempt(4, { course: course(1e6), value: 1e6 });
  const others = [3, 2, 1].map(number => attempt(number, { course: course(1 + number), value: 1 + number }));
  const { table } = await opened([astray, ...others]);
  const tops = [...table.querySelectorAll('.tk-course path')].map(path =>
    Number(path.getAttribute('d')?.split(' ').at(-1)),
  );
  expect(tops[0]).toBeLessThan(-100); // it leaves the drawing
  expect(tops[1]).toBe(2); // the highest of the others reaches the top
  expect(tops[3]).toBeLessThan(14);
});

it('brings code back by a button that says so, and pins and unpins', async () => {
  const { table, place, edits } = await opened([attempt(2, { pinned: ['id2', 'other'] }), attempt(1)]);
  const button = within(table).getByRole('button', { name: 'Put back the code of attempt 1' });
  expect(button.textContent).toBe('Put back');
  fireEvent.click(button);
  await vi.waitFor(() => expect(place.put).toHaveBeenCalledWith('code'));
  fireEvent.click(within(table).getByRole('button', { name: 'Pin attempt 2' }));
  fireEvent.click(within(table).getByRole('button', { name: 'Pin attempt 1' }));
  await vi.waitFor(() => expect(edits).toHaveLength(3));
  expect(edits).toContainEqual(['remove_tags', { id: 'other', tags: ['pinned'] }]);
  expect(edits).toContainEqual(['add_tags', { id: 'id1', tags: ['pinned'] }]);
});

it('says of how many it is not known which run started them', async () => {
  const { table } = await opened([attempt(2), attempt(1)], { unrecorded: 2 });
  expect(table.parentElement?.textContent).toContain('started 2 of the experiments was not recorded');
});
