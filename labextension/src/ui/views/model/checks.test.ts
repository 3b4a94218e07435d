// What may be typed into the editors of a model, and how it travels.

import { describe, expect, it } from 'vitest';
import { checkConfig, checkLabels, checkMetadata, labelRows, labelsJson, metadataJson } from './checks';

describe('labels', () => {
  it('have names that differ, and whole numbers', () => {
    const rows = [
      ['cat', '0'],
      [' cat ', '1'],
      ['', '2'],
      ['dog', '1.5'],
      ['horse', ''],
      ['bird', '-3'],
      ['', ''],
    ];
    const twice = 'There is another label “cat”.';
    expect(checkLabels(rows)).toEqual([
      [twice, null],
      [twice, null],
      ['The label is missing.', null],
      [null, 'An ID is a whole number.'],
      [null, 'The ID is missing.'],
      [null, null],
      [null, null],
    ]);
  });

  it.each(['9223372036854775808', '-9223372036854775809'])('fit 64 bits, unlike %s', id => {
    expect(checkLabels([['a', id]])).toEqual([[null, 'This number does not fit 64 bits.']]);
  });

  it('travel with all their digits, and without rows that are empty', () => {
    const rows = [
      ['a "b"', '9007199254740993'],
      ['', ' '],
      ['__proto__', '+7'],
    ];
    expect(labelsJson(rows)).toBe('{"a \\"b\\"": 9007199254740993, "__proto__": 7}');
  });

  it('are listed by their number', () => {
    expect(labelRows({ dog: 1, '7': 7, cat: 0 })).toEqual([
      ['cat', '0'],
      ['dog', '1'],
      ['7', '7'],
    ]);
  });
});

describe('metadata', () => {
  it('has a key and a type, and any value', () => {
    const rows = [
      ['', 'str', 'x'],
      ['key', '', ''],
      ['key', 'str', ''],
    ];
    const twice = 'There is another key “key”.';
    expect(checkMetadata(rows)).toEqual([
      ['The key is missing.', null, null],
      [twice, 'The type is missing.', null],
      [twice, null, null],
    ]);
    expect(metadataJson([['key', 'str', ' as it is ']])).toBe('{"key":{"type":"str","value":" as it is "}}');
  });
});

describe('a configuration', () => {
  it('that is to be JSON is', () => {
    expect(checkConfig('{"a": 1}', 'json')).toBeNull();
    expect(checkConfig('', 'json')).toBeNull();
    expect(checkConfig('{"a": 1,}', 'json')).toContain('This is no valid JSON');
    expect(checkConfig('{"a": 1,}', 'text')).toBeNull();
  });

  it('has 10 million characters at most, however they are encoded', () => {
    expect(checkConfig('x'.repeat(10_000_001), 'text')).toContain('this has 10,000,001');
    expect(checkConfig('\u{1f600}'.repeat(6_000_000), 'text')).toBeNull();
  });
});
