// The names that a query asks for and nobody has: why nothing was found, and what was probably meant.

import type { FieldsAnswer } from '../protocol';
import { parameterKey, partsOf, propertyKey, quoted } from './columns';

/** What a query asks for by name. */
const NAMED = /(?:metrics|hyperparameters|properties)(?:\["(?:[^"\\]|\\.)*"\]){1,2}/g;
/** One letter in so many may be wrong. */
const WRONG = 3;

interface Known {
  /** What it may be called; first, as it is shown. */
  names: string[];
  key: string;
}

export interface Unknown {
  said: string;
  /** The query with the nearest name in its place; null where none is near. */
  instead: { words: string; query: string } | null;
}

function knownOf(what: string, { metrics, monitored, hyperparameters, properties }: FieldsAnswer): Known[] {
  if (what === 'metrics') {
    return [...metrics, ...monitored].map(([metric, variant]) => ({
      names: [...(metric === variant ? [metric] : []), `${metric}/${variant}`, `${variant}/${metric}`],
      key: `metrics[${quoted(metric)}][${quoted(variant)}]`,
    }));
  }
  if (what === 'properties') {
    return properties.map(name => ({ names: [name], key: propertyKey(name) }));
  }
  return hyperparameters.map(([section, name]) => ({
    names: [name, `${section}/${name}`],
    key: parameterKey([section, name], hyperparameters),
  }));
}

/** How many letters have to change for one word to be the other. */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...one].entries()) {
    const next = [row + 1];
    for (let at = 0; at < other.length; at += 1) {
      const changed = (before[at] as number) + Number(letter !== other[at]);
      next.push(Math.min(changed, (before[at + 1] as number) + 1, (next[at] as number) + 1));
    }
    before = next;
  }
  return before.at(-1) as number;
}

/** The nearest of some, where one is near: a few letters away, or with the word inside. */
function nearest(word: string, known: readonly Known[]): Known | undefined {
  const typed = word.toLowerCase();
  const far = ({ names }: Known) =>
    Math.min(
      ...names.map(name => {
        const own = name.toLowerCase().slice(0, 100);
        return own.startsWith(`${typed}/`) || own.endsWith(`/${typed}`) ? 0 : distance(typed, own);
      }),
    );
  const [found] = known.map(one => [far(one), one] as const).sort(([one], [other]) => one - other);
  return found && found[0] <= Math.max(1, typed.length / WRONG) ? found[1] : undefined;
}

/** What a query asks for that nobody has; null where there is no such name. */
export function unknownIn(query: string, fields: FieldsAnswer | undefined): Unknown | null {
  for (const { 0: text, index } of fields ? query.matchAll(NAMED) : []) {
    const { what, names } = partsOf(text);
    const name = names.join('/');
    const known = knownOf(what, fields as FieldsAnswer);
    if (!known.some(one => one.names.includes(name))) {
      const noun = { metrics: 'metric', properties: 'property' }[what] ?? 'hyperparameter';
      const near = nearest(name.slice(0, 100), known);
      const words = near?.names[0] ?? '';
      return {
        said: `No ${noun} is called ${name}${near ? `; did you mean ${words}?` : '.'}`,
        instead: near ? { words, query: query.slice(0, index) + near.key + query.slice(index + text.length) } : null,
      };
    }
  }
  return null;
}
