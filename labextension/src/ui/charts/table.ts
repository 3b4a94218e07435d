// Tables as data: read from a figure, searched, sorted, and written as CSV, Markdown and LaTeX.

import type { Figure } from '../protocol';
import { formatValue } from './format';

export type Cell = string | number | boolean | null;

export interface Column {
  name: string;
  cells: readonly Cell[];
  /** Whether all that is there is a number: right-aligned, sorted by value. */
  numeric: boolean;
}

export interface Table {
  columns: readonly Column[];
  rows: number;
}

export interface Sorting {
  column: number;
  descending: boolean;
}

const TYPED: Record<string, new (buffer: ArrayBuffer) => ArrayLike<number>> = {
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
};
/** What a table may say beside its values and still look like ours; anything else is a choice of its author. */
const PLAIN_KEYS = new Set(['type', 'name', 'header', 'cells', 'uid', 'hoverinfo']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list, or plotly's typed array. */
function listOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) {
    return value;
  }
  if (isRecord(value) && typeof value.bdata === 'string' && value.shape === undefined) {
    const kind = TYPED[String(value.dtype)];
    try {
      const bytes = Uint8Array.from(atob(value.bdata), letter => letter.charCodeAt(0));
      return kind ? Array.from(new kind(bytes.buffer)) : null;
    } catch {
      return null;
    }
  }
  return null;
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) {
    return null;
  }
  return typeof value === 'object' ? JSON.stringify(value) : (value as Cell);
}

/** A heading as text: plotly takes lists of lines, and bold ones are written as HTML. */
function headingOf(value: unknown): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  return text.replace(/^<b>(.*)<\/b>$/i, '$1');
}

/** The table that a figure is, if it is nothing but one, and its author left the look to us. */
export function tableOf({ data }: Figure): Table | null {
  const [trace] = data;
  if (data.length !== 1 || trace?.type !== 'table' || !Object.keys(trace).every(key => PLAIN_KEYS.has(key))) {
    return null;
  }
  const [header, cells] = [trace.header, trace.cells].map(part => (isRecord(part) ? part : {}));
  const says = [header, cells].flatMap(part => Object.keys(part ?? {}));
  const lists = listOf(cells?.values)?.map(listOf);
  if (!says.every(key => key === 'values') || !lists?.every(list => list !== null)) {
    return null;
  }
  const headings = listOf(header?.values) ?? [];
  const rows = lists.reduce((most, list) => Math.max(most, list.length), 0);
  const columns = Array.from({ length: Math.max(lists.length, headings.length) }, (_, at) => {
    const values = Array.from({ length: rows }, (_, row) => cellOf(lists[at]?.[row]));
    return { name: headingOf(headings[at]), cells: values, numeric: isNumeric(values) };
  });
  return { columns, rows };
}

const WORDS = new Set(['NaN', 'Infinity', '-Infinity']);

function isNumeric(cells: readonly Cell[]): boolean {
  let some = false;
  for (const cell of cells) {
    if (typeof cell === 'number') {
      some = true;
    } else if (cell !== null && !WORDS.has(String(cell))) {
      return false;
    }
  }
  return some;
}

/** A cell in full. */
export function textOf(cell: Cell): string {
  return cell === null ? '' : String(cell);
}

/** A cell as it is shown: measured values with 4 significant digits, all else in full. */
export function shownOf(cell: Cell): string {
  if (typeof cell !== 'number') {
    return textOf(cell);
  }
  return Number.isInteger(cell) ? String(cell).replace('-', '\u2212') : formatValue(cell);
}

/** Finds rows: every word must occur in one of the cells. What is searched is gathered once. */
export function searcher({ columns, rows }: Table): (text: string) => Uint32Array {
  let texts: string[] | null = null;
  return text => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = new Uint32Array(rows);
    if (words.length === 0) {
      return found.map((_, row) => row);
    }
    texts ??= Array.from({ length: rows }, (_, row) =>
      columns
        .map(column => textOf(column.cells[row] ?? null))
        .join('\n')
        .toLowerCase(),
    );
    let count = 0;
    for (const [row, whole] of texts.entries()) {
      if (words.every(word => whole.includes(word))) {
        found[count++] = row;
      }
    }
    return found.subarray(0, count);
  };
}

const collator = new Intl.Collator('en', { numeric: true });

/** The rows in order: numbers by value, texts as a person counts; what is not there comes last, either way. */
export function sorted(found: Uint32Array, { columns }: Table, sorting: Sorting | null): Uint32Array {
  const column = sorting && columns[sorting.column];
  if (!column) {
    return found;
  }
  const way = sorting.descending ? -1 : 1;
  const { cells, numeric } = column;
  if (numeric) {
    const keys = Float64Array.from(cells, cell => (cell === null ? Number.NaN : Number(cell)));
    return found.slice().sort((one, other) => {
      const [a, b] = [keys[one] as number, keys[other] as number];
      if (Number.isNaN(a) || Number.isNaN(b)) {
        return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || one - other;
      }
      return way * (a < b ? -1 : a > b ? 1 : 0) || one - other;
    });
  }
  const places = placesOf(cells);
  return found.slice().sort((one, other) => {
    const [a, b] = [places[one] as number, places[other] as number];
    return Number(a < 0) - Number(b < 0) || way * (a - b) || one - other;
  });
}

/** The place of each text among the different ones in order; -1 where there is none. Comparing texts is what costs. */
function placesOf(cells: readonly Cell[]): Int32Array {
  const different = [...new Set(cells.map(textOf))].filter(Boolean).sort(collator.compare);
  const place = new Map(different.map((text, at) => [text, at]));
  return Int32Array.from(cells, cell => place.get(textOf(cell)) ?? -1);
}

export type TableFormat = 'csv' | 'markdown' | 'latex';

const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

const WRITERS: Record<TableFormat, (table: Table, lines: Cell[][]) => string> = {
  csv: ({ columns }, lines) => {
    const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return [columns.map(column => column.name), ...lines]
      .map(line => `${line.map(cell => quoted(textOf(cell))).join(',')}\r\n`)
      .join('');
  },
  markdown: ({ columns }, lines) => {
    const safe = (text: string) => text.replace(/[\\|]/g, '\\$&').replace(/\r?\n/g, ' ');
    const row = (texts: string[]) => `| ${texts.join(' | ')} |\n`;
    return [
      row(columns.map(column => safe(column.name))),
      row(columns.map(column => (column.numeric ? '---:' : '---'))),
      ...lines.map(line => row(line.map(cell => safe(textOf(cell))))),
    ].join('');
  },
  latex: ({ columns }, lines) => {
    const safe = (text: string) =>
      text.replace(/[\\~^&%$#_{}]/g, sign => LATEX[sign] ?? `\\${sign}`).replace(/\r?\n/g, ' ');
    const row = (texts: string[]) => `  ${texts.join(' & ')} \\\\\n`;
    return [
      `\\begin{tabular}{${columns.map(column => (column.numeric ? 'r' : 'l')).join('')}}\n  \\toprule\n`,
      row(columns.map(column => safe(column.name))),
      '  \\midrule\n',
      ...lines.map(line => row(line.map(cell => safe(textOf(cell))))),
      '  \\bottomrule\n\\end{tabular}\n',
    ].join('');
  },
};

/** The rows as text, every value in full. */
export function written(table: Table, rows: Uint32Array, format: TableFormat): string {
  const lines = Array.from(rows, row => table.columns.map(column => column.cells[row] ?? null));
  return WRITERS[format](table, lines);
}
