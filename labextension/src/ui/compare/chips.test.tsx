// What the chips of a comparison are of: its experiments, or the groups that these are in.

import { computed, signal } from '@preact/signals';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Source } from '../source';
import type { Head, HeadGroup } from './answers';
import { Chips } from './chips';
import { type Company, CompanyProvider } from './company';

const heads: Head[] = Array.from({ length: 60 }, (_, at) => ({
  id: `${at}`,
  name: `run ${at}`,
  color: 0,
  dash: 0,
  status: 'completed',
}));
const groups: HeadGroup[] = [0, 1, 2].map(at => ({
  id: `g${at}`,
  name: `rate=${at}`,
  color: at,
  dash: 0,
  members: heads.filter((_, place) => place % 3 === at).map(head => head.id),
}));

function shown(more: Partial<Company> = {}) {
  const setObjects = vi.fn();
  const lit = signal<string | null>(null);
  const company = computed(
    (): Company => ({
      source: {} as Source,
      answer: { experiments: heads, hyperparameters: [], properties: [], metrics: [], singles: [], missing: [] },
      ids: heads.map(head => head.id),
      more: 0,
      heads,
      shown: heads,
      groups: [],
      base: null,
      lit,
      options: {} as Company['options'],
      keep: vi.fn(),
      setObjects,
      setBase: vi.fn(),
      setBrushed: vi.fn(),
      ...more,
    }),
  );
  render(
    <CompanyProvider value={company}>
      <Chips />
    </CompanyProvider>,
  );
  return { setObjects, lit };
}

const listed = (name: string) => within(screen.getByRole('list', { name })).getAllByRole('listitem');

describe('the chips of many', () => {
  afterEach(cleanup);

  it('are the first few, and all when they are asked for', () => {
    shown();
    expect(screen.getByText('60 experiments')).toBeTruthy();
    expect(listed('Experiments')).toHaveLength(16);
    fireEvent.click(screen.getByRole('button', { name: '44 more' }));
    expect(listed('Experiments')).toHaveLength(60);
    fireEvent.click(screen.getByRole('button', { name: 'Show fewer' }));
    expect(listed('Experiments')).toHaveLength(16);
  });

  it('are their groups, each of which says who is in it and goes with all of them', () => {
    const { setObjects, lit } = shown({ groups });
    expect(screen.getByText('60 experiments in 3 groups')).toBeTruthy();
    expect(listed('Groups').map(chip => chip.textContent)).toEqual(['rate=020', 'rate=120', 'rate=220']);
    fireEvent.pointerEnter(listed('Groups')[1] as HTMLElement);
    expect(lit.value).toBe('g1');
    fireEvent.click(screen.getByRole('button', { name: 'Group: rate=1' }));
    expect(screen.getByText('20 of 60 experiments: rate=1')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: '4 more' }));
    expect(listed('Experiments')[0]?.textContent).toBe('run 1');
    fireEvent.click(screen.getByRole('button', { name: 'Show groups' }));
    fireEvent.click(screen.getByRole('button', { name: 'Show experiments' }));
    expect(listed('Experiments')).toHaveLength(16);
    fireEvent.click(screen.getByRole('button', { name: 'Show groups' }));
    fireEvent.click(screen.getByRole('button', { name: 'Remove rate=2' }));
    expect(setObjects.mock.calls[0]?.[0]).toHaveLength(40);
  });

  it('are pale where the brushes take none of a group', () => {
    shown({ groups, shown: heads.filter(head => groups[0]?.members.includes(head.id)) });
    expect(listed('Groups').map(chip => chip.classList.contains('tk-off'))).toEqual([false, true, true]);
  });
});
