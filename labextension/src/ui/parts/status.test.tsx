// How an experiment stands, in words: what its loop does, and who stopped it.

import { cleanup, render } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';
import { type Standing, Status, standingWords } from './status';

afterEach(cleanup);

const CASES: [Standing, word: string, whole: string][] = [
  [{ status: 'running' }, 'Running', 'Running'],
  [{ status: 'running', doing: 'running' }, 'Running', 'Running'],
  [{ status: 'running', doing: 'pausing' }, 'Pausing', 'Pausing'],
  [{ status: 'running', doing: 'paused' }, 'Paused', 'Paused'],
  [{ status: 'running', doing: 'stopping' }, 'Stopping', 'Stopping'],
  [{ status: 'completed', status_reason: null }, 'Completed', 'Completed'],
  [{ status: 'completed', status_reason: 'stopped by eva_k' }, 'Stopped', 'Stopped by eva_k'],
  [{ status: 'failed', status_reason: 'ValueError: no' }, 'Failed', 'Failed'],
  [{ status: 'published', status_reason: 'stopped by eva_k' }, 'Published', 'Published'],
];

it.each(CASES)('%j is %s', (standing, word, whole) => {
  const { container } = render(<Status {...standing} />);
  expect(container.textContent).toBe(word);
  expect(standingWords(standing)).toBe(whole);
});

it('of a loop that waits the dot does not pulse', () => {
  const { container } = render(<Status status="running" doing="paused" />);
  expect(container.querySelector('.tk-status')?.getAttribute('data-held')).toBe('true');
});
