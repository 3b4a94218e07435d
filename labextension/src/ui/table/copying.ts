// Rows or groups as CSV and Markdown, and what was found as code.

import { integer } from '../parts/format';
import type { Group, GroupCell, TableRow } from '../protocol';
import { type Column, cellOf, isSpread, plainOf, shownOfGroup, titleOf } from './columns';
import type { Grouped } from './grouped';
import type { Kind } from './kinds';

/** Lines of cells, the first of them what the columns are called. */
type Lines = string[][];

/** Rows as they stand in a file: in full. */
export function linesOf(rows: readonly TableRow[], columns: readonly Column[], asked: readonly string[]): Lines {
  const shown = columns.filter(column => column.kind !== 'trend');
  return [
    shown.map(column => column.title),
    ...rows.map(row => shown.map(column => plainOf(cellOf(row, column.key, asked)))),
  ];
}

/** The columns of a group: what it is called, how many are in it, then what is summed up. */
function ofGroups(columns: readonly Column[], summed: readonly string[]): Column[] {
  return columns.filter(column => column.key !== 'name' && summed.includes(column.key));
}

function wholeOf(column: Column, cell: GroupCell | null, members: number): string {
  const { text, time } = shownOfGroup(column, cell, members);
  return time ?? (cell && cell.low === cell.high ? String(cell.low) : text);
}

/** Groups as they stand in a file: of numbers that differ, mean, spread and how many have one, each in a column. */
export function groupLines(rows: Grouped, columns: readonly Column[], many: string): Lines {
  const shown = ofGroups(columns, rows.summed);
  const cells = (group: Group) =>
    shown.flatMap(column => {
      const cell = group.cells[rows.summed.indexOf(column.key)] ?? null;
      return isSpread(column)
        ? [cell?.mean, cell?.std, cell?.count ?? 0].map(one => String(one ?? ''))
        : [wholeOf(column, cell, group.count)];
    });
  const heads = shown.flatMap(({ title, ...column }) =>
    isSpread(column) ? [`${title} (mean)`, `${title} (std)`, `${title} (n)`] : [title],
  );
  return [
    ['group', many, ...heads],
    ...rows.groups.map(group => [titleOf(group, rows.by, rows.summed), String(group.count), ...cells(group)]),
  ];
}

/** Groups as they are read: mean and spread in one column. */
export function groupTexts(rows: Grouped, columns: readonly Column[], many: string): Lines {
  const shown = ofGroups(columns, rows.summed);
  const cells = (group: Group) =>
    shown.map(column => {
      const cell = group.cells[rows.summed.indexOf(column.key)] ?? null;
      const { text, spread, of, time } = shownOfGroup(column, cell, group.count);
      return [time ?? text, spread, of].filter(Boolean).join(' ');
    });
  return [
    ['group', many, ...shown.map(column => column.title)],
    ...rows.groups.map(group => [titleOf(group, rows.by, rows.summed), integer(group.count), ...cells(group)]),
  ];
}

export function csvOf(lines: Lines): string {
  const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines.map(line => `${line.map(cell).join(',')}\n`).join('');
}

export function markdownOf([head = [], ...body]: Lines): string {
  const cell = (text: string) => text.replace(/[\\|*_`<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
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
  groupBy: string;
  /** That a person chose. */
  columns: readonly string[];
}

/** The code that finds the same, or shows the same groups; of chosen rows, the code that opens them. */
export function codeOf(
  { query, order, archived, groupBy, columns }: Asked,
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
  if (groupBy) {
    const shown = [
      ...parts,
      `group_by=${python(groupBy)}`,
      ...(columns.length > 0 ? [`columns=[${columns.map(python).join(', ')}]`] : []),
      ...(type === 'model' ? ["object_type='model'"] : []),
    ];
    return `track.table(${shown.join(', ')})\n`;
  }
  const find = type === 'model' ? 'track.open_store().models' : 'track.experiments';
  return `${find}(${parts.join(', ')})\n`;
}
