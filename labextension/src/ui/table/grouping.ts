// By what a table is grouped, as text: some fields, or all hyperparameters but some.

import type { ViewOptions } from '../protocol';
import { columnOf, partsOf } from './columns';

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

/** What a grouping is called. */
export function titleOfGrouping(text: string): string {
  const { but, fields } = readGrouping(text);
  return `${but ? 'All but' : 'By'} ${fields.map(titleOfField).join(', ')}`;
}

/** The fields that a comparison makes groups by, as a table does. */
const SHARED = new Set(['project', 'status', 'user', 'tags']);

/** The same as a comparison takes it; null where it cannot make these groups. */
export function comparedBy(text: string): Pick<ViewOptions, 'by' | 'over'> | null {
  const { but, fields } = readGrouping(text);
  const names = fields.map(key => {
    const { what, names: inside } = partsOf(key);
    const named = { hyperparameters: inside.join('/'), properties: `properties/${inside[0]}` }[what];
    // After "all but" a hyperparameter may stand by its mere name.
    return named ?? (but ? key.replace(/^hyperparameters\./, '') : SHARED.has(key) ? key : null);
  });
  const known = names.filter(name => name !== null);
  return known.length < Math.max(1, names.length) ? null : { [but ? 'over' : 'by']: known };
}
