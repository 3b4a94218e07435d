// Names are digested as Python digests them, case by case.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { md5, metricId } from './md5';

interface Contract {
  digests: { name: string; digest: string }[];
}

const contract = JSON.parse(readFileSync('../tests/contract/embeds.json', 'utf8')) as Contract;

it.each(contract.digests)('digests $name as Python does', ({ name, digest }) => {
  expect(md5(name)).toBe(digest);
  expect(metricId(name, 'accuracy')).toBe(`${digest}.5d6db9a1dc722586187fc2db530f8388`);
});
