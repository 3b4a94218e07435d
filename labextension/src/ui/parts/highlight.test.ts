import { describe, expect, it } from 'vitest';
import { languageOf, linesOf, tokens } from './highlight';

const kinds = (text: string, language: 'python' | 'json' | 'yaml' | 'hocon') =>
  tokens(text, language)
    .filter(({ kind }) => kind)
    .map(({ kind, text: word }) => `${kind} ${word}`);

describe('highlighting', () => {
  it('knows words, numbers, strings and comments of Python', () => {
    expect(kinds('def f(x=1.5):  # so\n  return "a\\"b"', 'python')).toEqual([
      'keyword def',
      'number 1.5',
      'comment # so',
      'keyword return',
      'string "a\\"b"',
    ]);
    expect(kinds('"""two\nlines""" + name_1', 'python')).toEqual(['string """two\nlines"""']);
  });

  it('tells keys from strings in JSON, YAML and HOCON', () => {
    expect(kinds('{"a": "b", "c": [1, null]}', 'json')).toEqual([
      'key "a"',
      'string "b"',
      'key "c"',
      'number 1',
      'keyword null',
    ]);
    expect(kinds('lr: 0.1\nitems:\n  - on # x', 'yaml')).toEqual([
      'key lr',
      'number 0.1',
      'key items',
      'keyword on',
      'comment # x',
    ]);
    expect(kinds('a.b = 3\nc { d = "e" } // f', 'hocon')).toEqual([
      'key a.b',
      'number 3',
      'key c',
      'key d',
      'string "e"',
      'comment // f',
    ]);
  });

  it('loses nothing, whatever the text is', () => {
    for (const text of ['', '"open', "'''open\n", '<b>&amp;</b>\u202e', '\\'.repeat(50), '{"a":\n"b']) {
      for (const language of ['python', 'json', 'yaml', 'hocon'] as const) {
        expect(
          tokens(text, language)
            .map(token => token.text)
            .join(''),
        ).toBe(text);
        expect(linesOf(text, language)).toHaveLength(text.split('\n').length);
      }
    }
  });

  it('takes the language that was recorded, else the one it looks like', () => {
    expect(languageOf('yaml', '{}')).toBe('yaml');
    expect(languageOf(null, '{"a": 1}')).toBe('json');
    expect(languageOf('text', 'a: 1\nb: 2')).toBe('yaml');
    expect(languageOf('', 'a = 1\nb { c = 2 }')).toBe('hocon');
    expect(languageOf('text', 'just words')).toBe(null);
  });
});
