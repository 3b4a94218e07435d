// The rows of the details of a comparison: which differ, from which base, and what of them is shown.

import { standingWord } from '../parts/status';
import type { Coded, ComparisonAnswer, DetailsAnswer, Head } from './answers';

export interface DetailRow extends Coded {
  group: string;
  name: string;
  /** A text of many lines, of which the difference can be shown. */
  long: boolean;
  differs: boolean;
  /** Of experiments in groups, what comes first: the least. */
  rank?: number;
}

export type RowItem = { title: string; count: number } | DetailRow;

/** Texts of the same kind side by side, told apart once. */
export function coded(texts: readonly (string | null | undefined)[]): Coded {
  const known = new Map<string, number>();
  const values = texts.map(text => {
    if (text === null || text === undefined || text === '') {
      return -1;
    }
    const at = known.get(text) ?? known.size;
    known.set(text, at);
    return at;
  });
  return { texts: [...known.keys()], values };
}

/** Whether a row is not the same for all experiments that can be read. */
export function differs({ values }: Coded, heads: readonly Head[]): boolean {
  const known = values.filter((_, at) => !heads[at]?.problem);
  return known.some(value => value !== known[0]);
}

function infoRows(heads: readonly Head[]): Omit<DetailRow, 'differs' | 'rank'>[] {
  const of = (name: string, pick: (head: Head) => string | null | undefined) => ({
    group: 'Info',
    name,
    long: false,
    ...coded(heads.map(pick)),
  });
  return [
    of('project', head => head.project),
    of('status', head => head.status && standingWord({ ...head, status: head.status })),
    of('user', head => head.user),
    of('tags', head => head.tags?.join(', ')),
  ];
}

/** All rows that are known without opening an experiment. */
export function rowsOf(answer: ComparisonAnswer): DetailRow[] {
  const { experiments: heads, hyperparameters, properties } = answer;
  const sections = new Set(hyperparameters.map(row => row.section));
  const rows: Omit<DetailRow, 'differs'>[] = [
    ...hyperparameters.map(({ section, ...row }) => ({
      ...row,
      group: sections.size > 1 || section !== 'General' ? `Hyperparameters: ${section}` : 'Hyperparameters',
      long: false,
    })),
    ...properties.map(row => ({ ...row, group: 'Properties', long: false })),
    ...infoRows(heads),
  ];
  return rows.map(row => ({ ...row, differs: differs(row, heads) }));
}

/** Rows of an answer about some of the experiments, in the order of all of them. */
export function placed(answer: DetailsAnswer, heads: readonly Head[]): DetailRow[] {
  const place = new Map(answer.experiments.map((id, at) => [id, at]));
  const places = heads.map(head => place.get(head.id));
  return answer.rows.map(row => {
    const values = places.map(at => (at === undefined ? -1 : (row.values[at] ?? -1)));
    const known = values.filter((_, at) => places[at] !== undefined);
    return { ...row, values, differs: known.some(value => value !== known[0]) };
  });
}

interface Shown {
  items: RowItem[];
  /** Identical rows that are left out. */
  identical: number;
}

/** What is shown: group by group, differences first; identical rows only where that is asked for. */
export function shownRows(rows: readonly DetailRow[], search: string, identical: boolean): Shown {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ group, name, texts }: DetailRow) => {
    const text = `${group} ${name} ${texts.join(' ')}`.toLowerCase();
    return words.every(word => text.includes(word));
  };
  const found = words.length > 0 ? rows.filter(fits) : rows;
  const groups = new Map<string, DetailRow[]>();
  for (const row of found) {
    groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  }
  const items: RowItem[] = [];
  for (const [title, group] of groups) {
    const different = group.filter(row => row.differs).sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0));
    const all = identical ? [...different, ...group.filter(row => !row.differs)] : different;
    if (all.length > 0) {
      items.push({ title, count: different.length }, ...all);
    }
  }
  return { items, identical: found.filter(row => !row.differs).length };
}

export function isTitle(item: RowItem | undefined): item is { title: string; count: number } {
  return item !== undefined && 'title' in item;
}

/** The next difference after a place, or the last one before it; -1 where there is none. */
export function nextDifference(items: readonly RowItem[], from: number, by: 1 | -1): number {
  for (let at = from + by; at >= 0 && at < items.length; at += by) {
    const item = items[at];
    if (item && !isTitle(item) && item.differs) {
      return at;
    }
  }
  return -1;
}

export function textOf(row: Coded, at: number): string | null {
  const value = row.values[at] ?? -1;
  return value < 0 ? null : (row.texts[value] ?? null);
}

export function csvOf(table: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return table.map(line => `${line.map(cell).join(',')}\n`).join('');
}

export function markdownOf(table: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replace(/[\\|*_`<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |\n`;
  const [head = [], ...body] = table;
  return [line(head), `|${' --- |'.repeat(head.length)}\n`, ...body.map(line)].join('');
}
