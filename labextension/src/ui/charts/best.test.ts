// What better means is told by a metric's name, as Python tells it.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { directionOf } from './best';

const NAMES = JSON.parse(readFileSync('../tests/contract/better.json', 'utf8')) as Record<string, string | null>;

it.each(Object.entries(NAMES))('says of “%s” what better means: %s', (name, direction) => {
  expect(directionOf(name)).toBe(direction);
});
