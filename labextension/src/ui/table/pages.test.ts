// The pages of the table: which of them are asked for.

import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import type { TableAnswer } from '../protocol';
import type { Source } from '../source';
import { Pages } from './pages';

const PROBLEM = { message: 'There is no such field.', place: 0 };

/** Answers with the rows of any page, or with what is wrong with the question. */
function source(asked: number[], problem: () => TableAnswer['problem']): Source {
  const read = async (_: string, { page }: { page: number }) => {
    asked.push(page);
    if (asked.length > 20) {
      await new Promise(() => undefined); // it would never end
    }
    const items = Array.from({ length: 100 }, () => ({ id: 'a'.repeat(32) }));
    return { items: problem() ? [] : items, total: problem() ? 0 : 10_000, damaged: [], problem: problem() };
  };
  return { storeId: '', connected: signal(true), read } as unknown as Source;
}

/** Until nothing more is on its way, or it will never end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    await null;
  }
}

it('reads ahead where it is scrolled to, and each page once', async () => {
  const asked: number[] = [];
  const pages = new Pages(source(asked, () => null));
  pages.ask({});
  await settled();
  expect(asked).toEqual([0]);
  pages.want(100, 130);
  await settled();
  expect(asked).toEqual([0, 1, 2, 3]);
});

it('after a jump reads what is in sight, and ahead once it goes on from there', async () => {
  const asked: number[] = [];
  const pages = new Pages(source(asked, () => null));
  pages.ask({});
  await settled();
  pages.want(7000, 7030);
  await settled();
  expect(asked).toEqual([0, 70, 69]); // whose last rows are made, but not in sight
  pages.want(6990, 7020);
  await settled();
  expect(asked).toEqual([0, 70, 69, 68, 67]);
});

it('asks a question that cannot be read no more often than it is looked at', async () => {
  const asked: number[] = [];
  let problem: TableAnswer['problem'] = null;
  const pages = new Pages(source(asked, () => problem));
  pages.ask({});
  await settled();
  problem = PROBLEM;
  pages.ask({ query: 'nonsense ==' });
  await settled();
  pages.want(100, 130); // the rows of the question before are still there, and are scrolled
  await settled();
  expect(asked).toEqual([0, 0, 1]);
  expect(pages.problem.value).toEqual(PROBLEM);
  expect(pages.row(3)).not.toBeNull();
});

it('asks nothing after it was stopped', async () => {
  const asked: number[] = [];
  const pages = new Pages(source(asked, () => null));
  pages.ask({});
  pages.refresh(); // something changed while it was read
  pages.stop();
  await settled();
  expect(asked).toEqual([0]);
});
