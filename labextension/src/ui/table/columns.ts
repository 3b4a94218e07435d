// The columns of the experiments table: what they are called, what they show, how they are asked for.

import { bytes, exact, integer, milliseconds, sentence, short } from '../parts/format';
import type { FieldsAnswer, Group, GroupCell, Num, TableRow } from '../protocol';
import type { Kind } from './kinds';

export type ColumnKind = 'name' | 'status' | 'tags' | 'text' | 'number' | 'size' | 'time' | 'trend';

export interface Column {
  /** The field as the query grammar writes it; `trend:` before a metric is its course. */
  key: string;
  title: string;
  kind: ColumnKind;
  /** In pixels, until a person chooses. */
  width: number;
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
  cell: ['Cell', 'text', 100],
  version: ['Version', 'number', 84],
  framework: ['Framework', 'text', 100],
  aliases: ['Aliases', 'tags', 120],
  experiment: ['Made by', 'text', 140],
  size: ['Size', 'size', 84],
};
/** A number with more digits than a column has room for. */
const LONG_NUMBER = /^[-+]?\d*\.\d{7,}(?:e[-+]?\d+)?$/i;
/** What no column of the store's catalog is. */
const UNSORTED = new Set(['tags', 'aliases', 'experiment', 'size']);

/** So many hyperparameters and metrics are shown until a person chooses. */
const FIRST_FEW = 4;
/** The usual fields that come before these. */
const FIRST_FIELDS = 2;
/** Sections that say most of what was tried, and the one that says least. */
const SECTIONS = ['General', 'Args', 'Hydra'];
const LAST_SECTION = 'Environment';
const TREND = 'trend:';
/** Of a column of numbers, in pixels: the least and the greatest width, that of a character, and what stands beside it. */
const [NARROW, WIDE, CHARACTER, ROOM] = [88, 168, 7, 32];
/** In a table of groups, in pixels: mean and spread, and what the members share. */
const [SPREAD, SHARED] = [136, 240];
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

/** So wide that a title of usual length is read in full, with the arrow of sorting beside it. */
function widthFor(title: string): number {
  return Math.max(NARROW, Math.min(WIDE, CHARACTER * title.length + ROOM));
}

/** What a key is of, and what stands in its brackets; nothing for a field. */
export function partsOf(key: string): { what: string; names: string[]; statistic: string } {
  const [, what = '', brackets = '', statistic = 'last'] = KEYED.exec(key) ?? [];
  const names = [...brackets.matchAll(/\["((?:[^"\\]|\\.)*)"\]/g)].map(found =>
    (found[1] ?? '').replace(/\\(["'\\])/g, '$1'),
  );
  return { what, names, statistic };
}

export function columnOf(key: string): Column {
  const field = FIELDS[key];
  if (field) {
    const [title, kind, width] = field;
    return { key, title, kind, width, sortable: !UNSORTED.has(key) };
  }
  const trend = key.startsWith(TREND);
  const { what, names, statistic } = partsOf(trend ? metricOfTrend(key) : key);
  if (what === 'metrics') {
    const name = names.length === 2 && names[0] === names[1] ? names[0] : names.join('/');
    const title = `${name}${trend ? ' trend' : statistic === 'last' ? '' : ` ${statistic}`}`;
    return { key, title, kind: trend ? 'trend' : 'number', width: trend ? 112 : widthFor(title), sortable: !trend };
  }
  if (what) {
    const title = names[0] === 'General' && names.length === 2 ? (names[1] ?? '') : names.join('/');
    return { key, title, kind: 'number', width: widthFor(title), sortable: true };
  }
  return { key, title: sentence(key), kind: 'text', width: 120, sortable: false };
}

/** The same in a table of groups, where a column has room for what its members have: mean and spread, or what they share. */
export function amongGroups(column: Column, by: string): Column {
  const least = isSpread(column) ? SPREAD : column.kind === 'name' && by !== 'cell' ? SHARED : 0;
  return { ...column, width: Math.max(column.width, least) };
}

/** Whether a group says mean and spread of a column. */
export function isSpread({ key }: Pick<Column, 'key'>): boolean {
  return key.startsWith('metrics[');
}

function rankOf(section: string): number {
  const at = SECTIONS.indexOf(section);
  return section === LAST_SECTION ? SECTIONS.length + 1 : at < 0 ? SECTIONS.length : at;
}

/**
 * The columns that are shown until a person chooses: what the experiments are called and how they stand, a few of what
 * was tried and what came of it, then the other usual ones.
 */
export function firstColumns(fields: FieldsAnswer | undefined, kind: Kind): string[] {
  if (!fields) {
    return [...kind.usual];
  }
  const { telling } = fields;
  const some = <T>(first: readonly T[] | undefined, all: readonly T[]) => (first?.length ? first : all);
  const metrics = some(telling?.metrics, fields.metrics)
    .slice(0, FIRST_FEW)
    .map(pair => metricKey(pair));
  const parameters = [...some(telling?.hyperparameters, fields.hyperparameters)]
    .sort(([one], [other]) => rankOf(one) - rankOf(other))
    .slice(0, FIRST_FEW)
    .map(pair => parameterKey(pair, fields.hyperparameters));
  const usual = kind.usual.filter(key => key !== 'user' || fields.users.length > 1);
  return [...usual.slice(0, FIRST_FIELDS), ...parameters, ...metrics, ...usual.slice(FIRST_FIELDS)];
}

/** The keys that the read `table` must be asked for. */
export function askedFor(keys: readonly string[]): string[] {
  return keys.filter(key => !(key in FIELDS) && !key.startsWith(TREND));
}

const EXECUTION = 'cell_execution';

/** What a group must be asked for to be told by: attempts by their name and number, the only one of a cell by its id. */
export function calledBy(by: string): string[] {
  return by === 'cell' ? ['name', 'id', EXECUTION] : [];
}

/** The columns that a group can say something of: what has one value in each row; and what it is told by. */
export function summedOf(keys: readonly string[], by: string): string[] {
  const aside = new Set([...UNSORTED, ...calledBy('cell'), 'description']);
  const told = keys.filter(key => !aside.has(key) && !key.startsWith(TREND));
  return [...told, ...calledBy(by)];
}

/** What a group is called; the attempts of a cell by the name that they have, for the cell's own says nothing. */
export function titleOf(group: Group, by: string, summed: readonly string[]): string {
  if (group.value === null) {
    return by === 'cell' ? 'Not started by a cell' : 'None';
  }
  const name = by === 'cell' ? group.cells[summed.indexOf('name')] : null;
  return name ? (name.low === name.high ? String(name.low) : `${name.low} … ${name.high}`) : group.value;
}

/** How many attempts a cell has had, and how many experiments those started, where that is more. */
export function attemptsOf({ count, cells }: Group, summed: readonly string[]): string {
  const executions = cells[summed.indexOf(EXECUTION)];
  // Where the execution was not recorded, each counts as one.
  const times = (executions?.kinds ?? 0) + count - (executions?.count ?? 0);
  const said = `${integer(times)} ${times === 1 ? 'attempt' : 'attempts'}`;
  return times === count ? said : `${said} · ${integer(count)} experiments`;
}

export type Cell = Num | string | boolean | null | string[];

export function cellOf(row: TableRow, key: string, asked: readonly string[]): Cell {
  if (key === 'experiment') {
    return row.experiment_name ?? row.experiment ?? null;
  }
  if (key in FIELDS) {
    return (row[key as keyof TableRow] as Cell | undefined) ?? null;
  }
  return row.cells[asked.indexOf(key)] ?? null;
}

/** A value as it stands in a file: in full. */
export function plainOf(cell: Cell): string {
  return cell === null ? '' : Array.isArray(cell) ? cell.join(', ') : String(cell);
}

/** A number of a hyperparameter is text; it is shown as it was written, while that is short. */
export function shownOf(column: Column, cell: Cell): { text: string; whole: string } {
  if (cell === null || cell === '') {
    return { text: '–', whole: '' };
  }
  if (column.kind === 'time' && typeof cell === 'string') {
    const ms = milliseconds(cell);
    return { text: cell, whole: ms === null ? cell : exact(ms) };
  }
  if (column.kind === 'size' && typeof cell === 'number') {
    return { text: bytes(cell), whole: `${integer(cell)} bytes` };
  }
  const whole = plainOf(cell);
  const number = typeof cell === 'number' || (column.kind === 'number' && LONG_NUMBER.test(whole));
  return { text: number ? short(Number(cell)) : whole, whole };
}

export interface GroupText {
  text: string;
  /** Of numbers that differ: how far they spread, and of how many where not all members have one. */
  spread?: string | undefined;
  of?: string | undefined;
  whole: string;
  time?: string;
}

/** What the members of a group have in a column: the one value that all share, mean and spread, or how many there are. */
export function shownOfGroup(column: Column, cell: GroupCell | null, members: number): GroupText {
  if (!cell) {
    return { text: '', whole: '' };
  }
  const { low, high, mean, kinds, count, std } = cell;
  const some = count < members ? `, ${integer(count)} of ${integer(members)} have one` : '';
  if (column.kind === 'time') {
    return { text: '', whole: low === high ? String(low) : `${low} to ${high}`, time: String(high) };
  }
  const of = count < members ? `n = ${integer(count)}` : undefined;
  if (low === high) {
    return { text: typeof low === 'number' ? short(low) : String(low), of, whole: `${low}${some}` };
  }
  if (mean !== null && kinds === null) {
    const spread = std === null ? '' : ` ± ${std} (sample standard deviation)`;
    return {
      text: short(mean),
      spread: std === null ? undefined : `± ${spreadText(std)}`,
      of,
      whole: `Mean ${mean}${spread}, n = ${integer(count)}, from ${low} to ${high}`,
    };
  }
  return {
    text: kinds === null ? `${low} … ${high}` : `${integer(kinds)} values`,
    of,
    whole: `${low} … ${high}${some}`,
  };
}

/** A spread is told by two digits. */
function spreadText(std: number): string {
  return short(Number(std.toPrecision(2)));
}
