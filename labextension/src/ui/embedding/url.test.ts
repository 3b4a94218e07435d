// The codec of embed URLs agrees with that of Python, case by case.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EmbedError } from './parameters';
import { parse, snippet, write } from './url';

interface Contract {
  views: { text: string; view: Record<string, unknown>; url: string }[];
  refused: { text: string; field: string }[];
}

const contract = JSON.parse(readFileSync('../tests/contract/embeds.json', 'utf8')) as Contract;

describe('an embed URL', () => {
  it.each(contract.views)('is read as in Python: $text', ({ text, view, url }) => {
    const found = parse(text);
    const { kind, objects, query, options, store } = found;
    expect({ kind, objects, query, options, store: store.id || null }).toEqual(view);
    expect(write(found)).toBe(url);
    expect(parse(write(found, true))).toEqual(found);
    expect(parse(snippet(found))).toEqual(found);
  });

  it.each(contract.refused)('is refused as in Python: $text', ({ text, field }) => {
    const refused = (() => {
      try {
        return parse(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(EmbedError);
    expect((refused as EmbedError).field).toBe(field);
  });

  it('is refused where it is too long', () => {
    expect(() => parse(`/widgets/?objects=${'a'.repeat(100_000)}`)).toThrow(EmbedError);
  });

  it('cannot leave the attribute that it stands in', () => {
    const view = parse(`/widgets/?objects=${'a'.repeat(32)}&metrics=%22%3E%3Cscript%3E'`);
    expect(snippet(view).match(/"/g)).toHaveLength(6);
    expect(snippet(view)).not.toContain('<script');
  });
});
