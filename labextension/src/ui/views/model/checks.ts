// What may be typed into the editors of a model: the same rules as in Python, said beside the field.

import type { ConfigType, MetadataItem } from '../../protocol';

export const LARGEST_CONFIG = 10_000_000;
const LONGEST_NAME = 250;
const SMALLEST_ID = -(2n ** 63n);
const LARGEST_ID = 2n ** 63n - 1n;

/** What is wrong with each cell of a row, null where nothing is. */
export type RowProblems = (string | null)[];

/** Rows in which something was typed: the others are left out. */
export function typed(rows: readonly string[][]): string[][] {
  return rows.filter(row => row.some(cell => cell.trim() !== ''));
}

export function checkLabels(rows: readonly string[][]): RowProblems[] {
  const twice = repeated(rows);
  return rows.map(row => {
    const [name = '', id = ''] = row;
    return blank(row) ? [null, null] : [nameProblem(name, 'label', twice), idProblem(id)];
  });
}

export function checkMetadata(rows: readonly string[][]): RowProblems[] {
  const twice = repeated(rows);
  return rows.map(row => {
    const [key = '', type = ''] = row;
    return blank(row) ? [null, null, null] : [nameProblem(key, 'key', twice), emptyProblem(type, 'type'), null];
  });
}

/** A configuration's problem that can be told without asking anybody. */
export function checkConfig(text: string, type: ConfigType): string | null {
  if (text.length > LARGEST_CONFIG) {
    const characters = [...text].length;
    if (characters > LARGEST_CONFIG) {
      const most = LARGEST_CONFIG.toLocaleString('en');
      return `A configuration may have ${most} characters at most, this has ${characters.toLocaleString('en')}.`;
    }
  }
  if (type === 'json' && text.trim()) {
    try {
      JSON.parse(text);
    } catch (reason) {
      return `This is no valid JSON: ${(reason as Error).message}.`;
    }
  }
  return null;
}

/** JSON of labels; the digits stay as they were typed, whatever their size. */
export function labelsJson(rows: readonly string[][]): string {
  const pairs = typed(rows).map(
    ([name = '', id = '']) => `${JSON.stringify(name.trim())}: ${BigInt(id.trim().replace('+', ''))}`,
  );
  return `{${pairs.join(', ')}}`;
}

export function labelRows(labels: Record<string, number>): string[][] {
  return Object.entries(labels)
    .sort(([one, a], [other, b]) => a - b || one.localeCompare(other))
    .map(([name, id]) => [name, String(id)]);
}

export function metadataJson(rows: readonly string[][]): string {
  const items = typed(rows).map(([key = '', type = '', value = '']) => [key.trim(), { type: type.trim(), value }]);
  return JSON.stringify(Object.fromEntries(items));
}

export function metadataRows(metadata: Record<string, MetadataItem>): string[][] {
  return Object.entries(metadata).map(([key, { type, value }]) => [key, type, value]);
}

function blank(row: readonly string[]): boolean {
  return row.every(cell => cell.trim() === '');
}

function repeated(rows: readonly string[][]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const [name = ''] of rows) {
    (seen.has(name.trim()) ? twice : seen).add(name.trim());
  }
  return twice;
}

function nameProblem(name: string, what: string, twice: ReadonlySet<string>): string | null {
  const text = name.trim();
  if (text.length > LONGEST_NAME) {
    return `A ${what} may have ${LONGEST_NAME.toLocaleString('en')} characters at most.`;
  }
  return emptyProblem(text, what) ?? (twice.has(text) ? `There is another ${what} “${text}”.` : null);
}

function emptyProblem(text: string, what: string): string | null {
  return text.trim() === '' ? `The ${what} is missing.` : null;
}

function idProblem(text: string): string | null {
  const id = text.trim();
  if (id === '') {
    return 'The ID is missing.';
  }
  if (!/^[+-]?\d+$/.test(id)) {
    return 'An ID is a whole number.';
  }
  const value = BigInt(id.replace('+', ''));
  return value < SMALLEST_ID || value > LARGEST_ID ? 'This number does not fit 64 bits.' : null;
}
