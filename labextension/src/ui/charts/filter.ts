// Which charts a typed name means: all of its words, or a regular expression.

import { type Signal, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';

export interface NameFilter {
  text: Signal<string>;
  /** Whether the text is a regular expression. */
  regex: Signal<boolean>;
  /** Why the text is none, if it is not. Then nothing is filtered. */
  problem: string | null;
  matches: (name: string) => boolean;
}

/** The test that a text makes, or why it makes none. */
export function testOf(text: string, regex: boolean): { matches: (name: string) => boolean; problem: string | null } {
  if (!regex) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return { matches: name => words.every(word => name.toLowerCase().includes(word)), problem: null };
  }
  try {
    const pattern = new RegExp(text, 'iu');
    return { matches: name => pattern.test(name), problem: null };
  } catch (reason) {
    const said = reason instanceof Error ? reason.message.replace(/^.*\/iu?: /, '') : '';
    return { matches: () => true, problem: `Not a regular expression${said ? `: ${said}` : ''}` };
  }
}

export function useNameFilter(): NameFilter {
  const text = useSignal('');
  const regex = useSignal(false);
  const test = useMemo(() => testOf(text.value, regex.value), [text.value, regex.value]);
  return { text, regex, ...test };
}
