// Tables of an exported page that are no live views: sorted by their headings, and searched where they are long.

/** A table of fewer rows is seen at once. */
const LONG = 12;

const words = new Intl.Collator(undefined, { numeric: true });

/** Gives a table its headings to press and, if it is long, a field to search it by. */
export function enliven(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const head = table.tHead?.rows[0];
  const rows = [...(body?.rows ?? [])];
  const isPlain = rows.every(row => [...row.cells].every(cell => cell.colSpan === 1 && cell.rowSpan === 1));
  if (!body || !head || table.tHead?.rows.length !== 1 || rows.length < 2 || !isPlain) {
    return;
  }
  for (const heading of head.cells) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'by';
    button.append(...heading.childNodes);
    button.addEventListener('click', () => {
      const was = heading.ariaSort;
      for (const other of head.cells) {
        other.ariaSort = null;
      }
      heading.ariaSort = was === 'ascending' ? 'descending' : was === 'descending' ? null : 'ascending';
      const order = heading.ariaSort ? sorted(rows, heading.cellIndex, heading.ariaSort === 'descending') : rows;
      body.append(...order);
    });
    heading.replaceChildren(button);
  }
  if (rows.length >= LONG) {
    table.before(search(rows));
  }
}

/** What is empty comes last, whichever way. */
function sorted(rows: HTMLTableRowElement[], column: number, down: boolean): HTMLTableRowElement[] {
  const keyed = rows.map(row => ({ row, text: row.cells[column]?.textContent?.trim() ?? '' }));
  const numbers = keyed.map(({ text }) => numberOf(text));
  const isNumeric = keyed.every(({ text }, at) => text === '' || text === '–' || Number.isFinite(numbers[at]));
  const values = keyed.map(({ row, text }, at) => ({ row, text, value: numbers[at] as number }));
  const compare = (one: { text: string; value: number }, other: { text: string; value: number }) =>
    isNumeric ? one.value - other.value : words.compare(one.text, other.text);
  const isThere = ({ text, value }: { text: string; value: number }) =>
    isNumeric ? Number.isFinite(value) : text !== '' && text !== '–';
  const there = values.filter(isThere).sort(compare);
  return [...(down ? there.reverse() : there), ...values.filter(one => !isThere(one))].map(({ row }) => row);
}

function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text.replaceAll(',', '').replace('−', '-'));
}

function search(rows: HTMLTableRowElement[]): HTMLElement {
  const place = document.createElement('div');
  place.className = 'search';
  const field = document.createElement('input');
  field.type = 'search';
  field.placeholder = 'Search this table';
  field.ariaLabel = 'Search this table';
  const count = document.createElement('output');
  const show = () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !(row.textContent ?? '').toLowerCase().includes(wanted);
      shown += Number(!row.hidden);
    }
    count.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
  };
  field.addEventListener('input', show);
  show();
  place.append(field, count);
  return place;
}
