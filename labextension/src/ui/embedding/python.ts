// The line of Python that makes a view.

import type { View } from '../protocol';
import { PATH } from './parameters';
import { typeOf, write } from './url';

/** `track.embed(...)`: by the ids of its objects, or by its address where a query chooses them. */
export function pythonOf(view: View): string {
  const { objects, query, options } = view;
  if (query) {
    return `track.embed(${quoted(write(view, true))})`;
  }
  const type = typeOf(view);
  const { type: _, ...others } = options;
  const named = Object.entries(others).filter(([, value]) => value !== undefined && value !== null);
  const all: [string, unknown][] = type === 'scalar' ? named : [['type', type], ...named];
  const first = objects.length === 1 ? objects[0] : objects;
  const parts = [literal(first), ...all.map(([name, value]) => `${name}=${literal(value)}`)];
  const line = `track.embed(${parts.join(', ')})`;
  return line.length <= 100 ? line : `track.embed(\n${parts.map(part => `    ${part},\n`).join('')})`;
}

/** The line magic that shows a view; in a code cell of any notebook. */
export function magicOf(view: View): string {
  return `%embed ${write(view, true)}`;
}

/** The address in a cell with one `%embed` or `track.embed` and nothing else; null where there is none. */
export function addressIn(source: string): string | null {
  const found = /^\s*(?:%embed\s+(.+?)|track\.embed\(\s*(['"])(.+?)\2\s*\))\s*$/s.exec(source);
  const text = found?.[1] ?? found?.[3];
  return text?.includes('?') || text?.includes(PATH) ? text : null;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(', ')}]`;
  }
  return typeof value === 'number'
    ? String(value)
    : typeof value === 'boolean'
      ? value
        ? 'True'
        : 'False'
      : quoted(String(value));
}

/** A Python string; JSON's escapes are Python's too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
