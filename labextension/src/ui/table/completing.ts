// What a query could go on with: names of fields, values that there are.

import type { FieldsAnswer } from '../protocol';
import { metricKey, parameterKey, propertyKey, quoted } from './columns';
import type { Kind } from './kinds';

export interface Completion {
  /** What is put in place of the characters from `start` to the caret. */
  text: string;
  shown: string;
  note: string;
  start: number;
}

const NOTES: Record<string, string> = {
  tags: '"baseline" in tags',
  created: 'created > "7 days ago"',
  archived: 'true or false',
};
/** Columns that no query can name. */
const UNASKED = new Set(['aliases', 'size']);
const WORDS = ['and', 'or', 'not', 'in'];
const MOST = 12;
const VALUE = /(status|project|user|framework)\s*(?:==|!=|=)\s*"?([^"]*)$/;
const TAG = /(?:^|[\s(])"([^"]*)$/;
const WORD = /(?:(?:metrics|hyperparameters|properties)\["?[^"\]]*|[A-Za-z_][\w./-]*)$/;

function fits(candidate: string, typed: string): boolean {
  return candidate.toLowerCase().includes(typed.toLowerCase());
}

/** Those that begin with what was typed stand before those that have it inside. */
function best<T extends { shown: string }>(found: T[], typed: string): T[] {
  const begins = (one: T) => (one.shown.toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1);
  return found.sort((one, other) => begins(one) - begins(other)).slice(0, MOST);
}

/** The values that a field has, and those that a status can have. */
function valuesOf(field: string, fields: FieldsAnswer | undefined, kind: Kind): readonly string[] {
  const known = { status: kind.statuses, user: fields?.users, framework: fields?.frameworks }[field];
  return known ?? (field === 'project' ? Object.keys(fields?.projects ?? {}) : []);
}

export function completions(query: string, caret: number, fields: FieldsAnswer | undefined, kind: Kind): Completion[] {
  const before = query.slice(0, caret);
  const value = VALUE.exec(before);
  if (value) {
    const [, field = '', typed = ''] = value;
    const values = valuesOf(field, fields, kind);
    const start = caret - typed.length - (before.at(caret - typed.length - 1) === '"' ? 1 : 0);
    const found = values.filter(one => fits(one, typed) && one !== typed);
    return best(
      found.map(one => ({ text: quoted(one), shown: one, note: field, start })),
      typed,
    );
  }
  const tag = TAG.exec(before);
  if (tag) {
    const typed = tag[1] ?? '';
    const found = Object.keys(fields?.tags ?? {}).filter(one => fits(one, typed));
    const start = caret - typed.length - 1;
    return best(
      found.map(one => ({ text: `${quoted(one)} in tags`, shown: one, note: 'tag', start })),
      typed,
    );
  }
  const word = WORD.exec(before);
  if (!word) {
    return [];
  }
  const start = caret - word[0].length;
  const typed = word[0].replace(/^(metrics|hyperparameters|properties)\["?/, '');
  const inside = typed === word[0] ? null : word[0].slice(0, word[0].indexOf('['));
  const every: Completion[] = [];
  const add = (text: string, shown: string, note: string) => every.push({ text, shown, note, start });
  if (!inside) {
    for (const field of [...kind.fields.filter(one => !UNASKED.has(one)), 'archived']) {
      add(field, field, NOTES[field] ?? 'field');
    }
  }
  for (const pair of inside && inside !== 'hyperparameters' ? [] : (fields?.hyperparameters ?? [])) {
    add(parameterKey(pair, fields?.hyperparameters ?? []), pair[1], 'hyperparameter');
  }
  for (const pair of inside && inside !== 'metrics' ? [] : (fields?.metrics ?? [])) {
    add(metricKey(pair), pair.join('/'), 'metric');
  }
  for (const name of inside && inside !== 'properties' ? [] : (fields?.properties ?? [])) {
    add(propertyKey(name), name, 'property');
  }
  const found = every.filter(one => fits(one.shown, typed) && one.shown !== typed);
  return WORDS.includes(typed) ? [] : best(found, typed);
}

/** How other tools write what stands in brackets here. */
const DOTTED = /^\w+\./;

export interface Meant {
  /** What is wrong, at the beginning of the text. */
  word: string;
  /** What was probably meant by it, or nothing. */
  meant: string;
  said: string;
}

/** What a message about the beginning of a text says, and what was meant: also a hyperparameter by its mere name. */
export function meantBy(message: string, text: string, fields: FieldsAnswer | undefined): Meant {
  const told = /no field ([^\s;]+)/.exec(message)?.[1] ?? '';
  const written = /^(?:\w+|"[^"]*"|'[^']*')/.exec(text)?.[0] ?? '';
  const word = told && text.startsWith(told) ? told : written;
  const named = /did you mean (\S+)\?/.exec(message)?.[1] ?? '';
  const meant = /^["']/.test(word) ? quoted(named) : named; // a text stays one
  // Where only a text can stand, none of these is meant.
  if (fields && told && !meant.startsWith('"')) {
    for (const name of [/^[\w./-]+/.exec(text)?.[0] ?? '', word, word.replace(DOTTED, '')]) {
      const parameter = fields.hyperparameters.find(
        pair => name === pair.join('/') || (name === pair[1] && name !== ''),
      );
      const whole = name.length < word.length ? word : name;
      if (parameter && !meant.startsWith('metrics')) {
        const key = parameterKey(parameter, fields.hyperparameters);
        return { word: whole, meant: key, said: `${name} is a hyperparameter.` };
      }
      const metric =
        fields.metrics.find(pair => name === pair.join('/')) ?? fields.metrics.find(([first]) => name === first);
      if (metric) {
        return { word: whole, meant: metricKey(metric), said: `${name} is a metric.` };
      }
    }
  }
  return { word, meant: named && meant, said: message };
}
