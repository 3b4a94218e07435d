// The columns of the experiments table: what they are called, what they show, how they are asked for.

import { exact, milliseconds, sentence, short } from '../parts/format';
import type { FieldsAnswer, Num, TableRow } from '../protocol';

export type ColumnKind = 'name' | 'status' | 'tags' | 'text' | 'number' | 'time' | 'trend';

export interface Column {
  /** The field as the query grammar writes it; `trend:` before a metric is its course. */
  key: string;
  title: string;
  kind: ColumnKind;
  /** In pixels, until a person chooses. */
  width: number;
  /** Where it is among the cells that are asked for; -1: the row has it anyway. */
  sortable: boolean;
}

export const STATISTICS = ['last', 'min', 'max', 'mean', 'first'] as const;

const FIELDS: Record<string, [title: string, kind: ColumnKind, width: number]> = {
  name: ['Name', 'name', 220],
  status: ['Status', 'status', 100],
  project: ['Project', 'text', 120],
  tags: ['Tags', 'tags', 140],
  started: ['Started', 'time', 100],
  last_update: ['Updated', 'time', 100],
  user: ['User', 'text', 90],
  last_iteration: ['Iteration', 'number', 84],
  created: ['Created', 'time', 100],
  finished: ['Finished', 'time', 100],
  description: ['Description', 'text', 200],
  id: ['Id', 'text', 120],
};

export const FIELD_KEYS = Object.keys(FIELDS);
export const USUAL = ['name', 'status', 'project', 'tags', 'started', 'last_update', 'user', 'last_iteration'];
/** So many hyperparameters and metrics are shown until a person chooses. */
const FIRST_FEW = 3;
const TREND = 'trend:';
const KEYED = /^(hyperparameters|metrics|properties)((?:\["(?:[^"\\]|\\.)*"\]){1,2})(?:\.(\w+))?$/;

/** A text as the query grammar quotes it. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

export function parameterKey([section, name]: [string, string], all: FieldsAnswer['hyperparameters']): string {
  const alone = all.filter(other => other[1] === name).length === 1;
  return alone ? `hyperparameters[${quoted(name)}]` : `hyperparameters[${quoted(section)}][${quoted(name)}]`;
}

export function metricKey([metric, variant]: [string, string], statistic: string = 'last'): string {
  return `metrics[${quoted(metric)}][${quoted(variant)}].${statistic}`;
}

export function trendKey([metric, variant]: [string, string]): string {
  return `${TREND}metrics[${quoted(metric)}][${quoted(variant)}]`;
}

export function propertyKey(name: string): string {
  return `properties[${quoted(name)}]`;
}

/** The metric whose course a column shows, as the read `sparklines` takes it. */
export function metricOfTrend(key: string): string {
  return key.slice(TREND.length);
}

export function columnOf(key: string): Column {
  const field = FIELDS[key];
  if (field) {
    const [title, kind, width] = field;
    return { key, title, kind, width, sortable: kind !== 'tags' };
  }
  const trend = key.startsWith(TREND);
  const match = KEYED.exec(trend ? metricOfTrend(key) : key);
  const [, what = '', brackets = '', statistic = 'last'] = match ?? [];
  const names = [...brackets.matchAll(/\["((?:[^"\\]|\\.)*)"\]/g)].map(found =>
    (found[1] ?? '').replace(/\\(["'\\])/g, '$1'),
  );
  if (what === 'metrics') {
    const name = names.length === 2 && names[0] === names[1] ? names[0] : names.join('/');
    const title = `${name}${trend ? ' trend' : statistic === 'last' ? '' : ` ${statistic}`}`;
    return { key, title, kind: trend ? 'trend' : 'number', width: trend ? 112 : 96, sortable: !trend };
  }
  if (match) {
    const title = names[0] === 'General' && names.length === 2 ? (names[1] ?? '') : names.join('/');
    return { key, title, kind: 'number', width: 96, sortable: true };
  }
  return { key, title: sentence(key), kind: 'text', width: 120, sortable: false };
}

/** The columns that are shown until a person chooses: the usual ones, and a few of what the experiments have. */
export function firstColumns(fields: FieldsAnswer | undefined): string[] {
  if (!fields) {
    return USUAL;
  }
  const metrics = fields.metrics.slice(0, FIRST_FEW).map(pair => metricKey(pair));
  const parameters = fields.hyperparameters.slice(0, FIRST_FEW).map(pair => parameterKey(pair, fields.hyperparameters));
  return [...USUAL, ...parameters, ...metrics];
}

/** The keys that the read `table` must be asked for. */
export function askedFor(keys: readonly string[]): string[] {
  return keys.filter(key => !(key in FIELDS) && !key.startsWith(TREND));
}

export type Cell = Num | string | boolean | null | string[];

export function cellOf(row: TableRow, key: string, asked: readonly string[]): Cell {
  if (key in FIELDS) {
    return (row[key as keyof TableRow] as Cell | undefined) ?? null;
  }
  return row.cells[asked.indexOf(key)] ?? null;
}

/** A value as it stands in a file: in full. */
export function plainOf(cell: Cell): string {
  return cell === null ? '' : Array.isArray(cell) ? cell.join(', ') : String(cell);
}

/** A number of a hyperparameter is text; it is shown as it was written. */
export function shownOf(column: Column, cell: Cell): { text: string; whole: string } {
  if (cell === null || cell === '') {
    return { text: '–', whole: '' };
  }
  if (column.kind === 'time' && typeof cell === 'string') {
    const ms = milliseconds(cell);
    return { text: cell, whole: ms === null ? cell : exact(ms) };
  }
  const whole = plainOf(cell);
  return { text: typeof cell === 'number' ? short(cell) : whole, whole };
}
