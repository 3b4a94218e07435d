// By what a table is grouped, as text: some fields, or all hyperparameters but some.

import type { ViewOptions } from '../protocol';
import { columnOf, parameterKey, partsOf, propertyKey } from './columns';

export interface Grouping {
  /** All hyperparameters but these. */
  but: boolean;
  fields: string[];
}

const ALL_BUT = /^\s*all\s+but\b/i;
/** What stands between commas, but for those inside of names. */
const PART = /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,"'])+/g;

export function readGrouping(text: string): Grouping {
  const fields = text.replace(ALL_BUT, '').match(PART) ?? [];
  return { but: ALL_BUT.test(text), fields: fields.map(field => field.trim()).filter(Boolean) };
}

export function spellGrouping({ but, fields }: Grouping): string {
  return fields.length > 0 ? `${but ? 'all but ' : ''}${fields.join(', ')}` : '';
}

export function titleOfField(key: string): string {
  return key === 'cell' ? 'Attempts of a cell' : columnOf(key).title;
}

/** What a grouping is called, with a word before the fields; "all but" stands in its place. */
export function titleOfGrouping(text: string, word = 'By '): string {
  const { but, fields } = readGrouping(text);
  return `${but ? 'All but ' : word}${fields.map(titleOfField).join(', ')}`;
}

/** The fields that a comparison makes groups by, as a table does. */
export const SHARED: readonly string[] = ['project', 'status', 'user', 'tags'];

/** The same as a comparison takes it; null where it cannot make these groups. */
export function comparedBy(text: string): Pick<ViewOptions, 'by' | 'over'> | null {
  const { but, fields } = readGrouping(text);
  const names = fields.map(key => {
    const { what, names: inside } = partsOf(key);
    const named = { hyperparameters: inside.join('/'), properties: `properties/${inside[0]}` }[what];
    // After "all but" a hyperparameter may stand by its mere name.
    return named ?? (but ? key.replace(/^hyperparameters\./, '') : SHARED.includes(key) ? key : null);
  });
  const known = names.filter(name => name !== null);
  return known.length < Math.max(1, names.length) ? null : { [but ? 'over' : 'by']: known };
}

/** The groups of a comparison as a table takes them; `parameters` are all that its experiments have. */
export function groupedAs(by: readonly string[], over: readonly string[], parameters: [string, string][]): string {
  const keyOf = (name: string) => {
    const pair = parameters.find(([section, own]) => name === `${section}/${own}`);
    const bare = parameters.some(([, own]) => name === own);
    if (!pair && !bare && by.length > 0) {
      const [what, ...property] = name.split('/');
      if (what === 'properties' && property.length > 0) {
        return propertyKey(property.join('/'));
      }
      if (SHARED.includes(name)) {
        return name;
      }
    }
    // A mere name is meant in any section.
    return pair ? parameterKey(pair, parameters) : parameterKey(['', name], [['', name]]);
  };
  return spellGrouping({ but: by.length === 0, fields: (by.length > 0 ? by : over).map(keyOf) });
}
