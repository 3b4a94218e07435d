// Rows as CSV and Markdown, and what was found as code.

import type { TableRow } from '../protocol';
import { type Column, cellOf, plainOf } from './columns';
import type { Kind } from './kinds';

function table(rows: readonly TableRow[], columns: readonly Column[], asked: readonly string[]): string[][] {
  const shown = columns.filter(column => column.kind !== 'trend');
  return [
    shown.map(column => column.title),
    ...rows.map(row => shown.map(column => plainOf(cellOf(row, column.key, asked)))),
  ];
}

export function csvOf(rows: readonly TableRow[], columns: readonly Column[], asked: readonly string[]): string {
  const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return table(rows, columns, asked)
    .map(line => `${line.map(cell).join(',')}\n`)
    .join('');
}

export function markdownOf(rows: readonly TableRow[], columns: readonly Column[], asked: readonly string[]): string {
  const cell = (text: string) => text.replace(/[\\|*_`<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
  const [head = [], ...body] = table(rows, columns, asked);
  return line(head.map(cell)) + line(head.map(() => '---')) + body.map(cells => line(cells.map(cell))).join('');
}

/** A text as Python writes it. */
function python(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replace(/\\/g, '\\\\')}'`;
}

export interface Asked {
  query: string;
  order: string;
  archived: boolean;
}

/** The code that finds the same; of chosen rows, the code that opens them. */
export function codeOf(
  { query, order, archived }: Asked,
  chosen: readonly TableRow[],
  { type, one, many }: Kind,
): string {
  if (chosen.length > 0) {
    const lines = chosen.map(row => `    store.${one}("${row.id}"),  # ${row.name.replace(/\s+/g, ' ')}\n`);
    return `store = track.open_store()\n${many} = [\n${lines.join('')}]\n`;
  }
  const parts = [
    ...(query ? [python(query)] : []),
    `order_by=${python(order)}`,
    ...(archived ? ['archived=True'] : []),
  ];
  const find = type === 'model' ? 'track.open_store().models' : 'track.experiments';
  return `${find}(${parts.join(', ')})\n`;
}
