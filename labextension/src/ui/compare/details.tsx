// The details of a comparison side by side: differences first, against a base, identical rows hidden.

import { useSignal } from '@preact/signals';
import { ChevronDown, ChevronUp, Copy, FileDiff } from 'lucide';
import { useMemo } from 'preact/hooks';
import { Choice, Switch } from '../charts/tools';
import { copyText } from '../parts/copy';
import { integer } from '../parts/format';
import { PlaceLink } from '../parts/going';
import { Button, Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Search } from '../parts/search';
import { Nothing, Problem } from '../parts/states';
import { Status } from '../parts/status';
import { Popover } from '../table/popover';
import type { DetailPart, DifferencePart, Head } from './answers';
import { Swatch } from './chips';
import { useCompany } from './company';
import { Difference } from './difference';
import { Matrix } from './matrix';
import { csvOf, type DetailRow, isTitle, markdownOf, nextDifference, placed, rowsOf, shownRows, textOf } from './rows';

const PARTS = ['hyperparameters', 'configuration', 'packages', 'code', 'properties'] as const;
type Part = (typeof PARTS)[number];
const CHOICES = [
  ['all', 'All'],
  ['hyperparameters', 'Hyperparameters'],
  ['configuration', 'Configuration'],
  ['packages', 'Packages'],
  ['code', 'Code'],
  ['properties', 'Properties'],
] as const;
/** Of more experiments the records are opened when that is asked for. */
const FEW = 100;
const REST_MS = 3_000;
const HEAD = 200;
const COLUMN = 148;

/** Which part of the details a row belongs to. */
function partOf({ group }: DetailRow): Part {
  const word = group.split(':')[0]?.toLowerCase() ?? '';
  const named = { hyperparameters: 'hyperparameters', configuration: 'configuration', packages: 'packages' } as const;
  return named[word as keyof typeof named] ?? (word === 'properties' || word === 'info' ? 'properties' : 'code');
}

function differenceOf(row: DetailRow): DifferencePart | null {
  if (!row.long) {
    return null;
  }
  return row.group === 'Configuration' ? 'configuration' : row.name === 'executed cells' ? 'cells' : 'diff';
}

export function Details() {
  const { source, answer, heads, shown, base, lit, options, keep } = useCompany();
  const search = useSignal('');
  const part = useSignal<(typeof CHOICES)[number][0]>(heads.length > FEW ? 'hyperparameters' : 'all');
  const marked = useSignal(-1);
  const said = useSignal('');
  const open = useSignal<{ row: DetailRow; id: string } | null>(null);
  const identical = options.identical === true;
  const ids = heads.map(head => head.id);
  const opened: DetailPart[] =
    part.value === 'all'
      ? ['configuration', 'packages', 'code']
      : PARTS.slice(1, 4).includes(part.value as Part)
        ? [part.value as DetailPart]
        : [];
  const more = useLive(
    source,
    ids,
    signal => Promise.all(opened.map(one => source.read('details', { objects: ids, part: one }, signal))),
    [ids.join(), opened.join()],
    REST_MS,
  );
  const first = useMemo(() => rowsOf(answer), [answer]);
  const rest = useMemo(
    () => (more.value.value ?? []).flatMap(found => placed(found, heads)),
    [more.value.value, heads],
  );
  const rows = useMemo(
    () => [...first, ...rest].filter(row => part.value === 'all' || partOf(row) === part.value),
    [first, rest, part.value],
  );
  const found = useMemo(() => shownRows(rows, search.value, identical), [rows, search.value, identical]);
  // The base stands first; of the others those that are brushed.
  const columns = useMemo(() => {
    const places = shown.map(head => heads.indexOf(head));
    const at = heads.findIndex(head => head.id === base);
    return at < 0 ? places : [at, ...places.filter(place => place !== at)];
  }, [heads, shown, base]);
  const baseAt = heads.findIndex(head => head.id === base);
  const { items } = found;
  const step = (by: 1 | -1) => {
    const next = nextDifference(items, marked.value < 0 && by < 0 ? items.length : marked.value, by);
    if (next >= 0) {
      marked.value = next;
    }
  };
  const table = () => [
    ['', ...columns.map(at => heads[at]?.name ?? '')],
    ...items.flatMap(item =>
      isTitle(item) ? [] : [[`${item.group}/${item.name}`, ...columns.map(at => textOf(item, at) ?? '')]],
    ),
  ];
  const copy = async (how: 'CSV' | 'Markdown') => {
    await copyText((how === 'CSV' ? csvOf : markdownOf)(table()));
    said.value = `${integer(items.filter(item => !isTitle(item)).length)} rows copied as ${how}`;
  };
  const litAt = columns.findIndex(at => heads[at]?.id === lit.value);
  const cell = (row: number, column: number) => {
    const item = items[row];
    if (!item || isTitle(item)) {
      return null;
    }
    const at = columns[column] as number;
    const text = textOf(item, at);
    const id = heads[at]?.id ?? '';
    if (text === null) {
      return <span class="tk-faint">–</span>;
    }
    if (differenceOf(item)) {
      const lines = text.split('\n').length;
      return (
        <button
          type="button"
          class="tk-matrix-long"
          title={text}
          aria-label={`Difference of ${item.name} in ${heads[at]?.name}`}
          onClick={() => {
            open.value = { row: item, id };
          }}
        >
          <Icon of={FileDiff} size={12} />
          <span class="tk-cut">
            {lines > 1 ? `${text.split('\n').find(line => line.trim().length > 1) ?? ''} …` : text}
          </span>
        </button>
      );
    }
    return <span title={text}>{text}</span>;
  };
  const other = open.value && (open.value.id === base || base === null ? null : base);
  return (
    <div class="tk-compare-section">
      <div class="tk-bar tk-compare-tools">
        <Search text={search} label="Search details" placeholder="Search names and values" />
        <Choice
          label="Show"
          value={part.value}
          choices={CHOICES}
          onChange={next => {
            part.value = next;
            marked.value = -1;
          }}
        />
        <Switch
          label={`Show identical (${integer(found.identical)})`}
          on={identical}
          onChange={on => keep({ identical: on })}
        />
        <span class="tk-space" />
        <span class="tk-faint" role="status">
          {said.value}
        </span>
        <Button label="Previous difference" icon={ChevronUp} onClick={() => step(-1)} />
        <Button label="Next difference" icon={ChevronDown} onClick={() => step(1)} />
        <Popover label="Copy" icon={Copy}>
          {done => (
            <div class="tk-pick-list">
              {(['CSV', 'Markdown'] as const).map(how => (
                <button
                  key={how}
                  type="button"
                  class="tk-button tk-pick-item"
                  onClick={() => {
                    done();
                    void copy(how);
                  }}
                >
                  Copy as {how}
                </button>
              ))}
            </div>
          )}
        </Popover>
      </div>
      {more.error.value && <Problem error={more.error.value} onRetry={() => more.wake()} />}
      {items.length === 0 ? (
        <Nothing>
          {search.value
            ? 'Nothing of that name or value differs.'
            : rows.length === 0
              ? 'Nothing of this kind was recorded.'
              : 'All of it is identical.'}
        </Nothing>
      ) : (
        <Matrix
          label="Details"
          rows={items.length}
          columns={columns.length}
          headWidth={HEAD}
          columnWidth={columnFor(heads, COLUMN)}
          corner={
            <span class="tk-faint">
              {integer(items.filter(item => !isTitle(item) && item.differs).length)} differ{base ? ' · base first' : ''}
            </span>
          }
          columnHead={column => <ColumnHead head={heads[columns[column] as number] as Head} base={base} />}
          columnKey={column => heads[columns[column] as number]?.id ?? String(column)}
          rowHead={row => {
            const item = items[row];
            return item && !isTitle(item) ? <Middle text={item.name} /> : null;
          }}
          title={row => {
            const item = items[row];
            return isTitle(item) ? item.title : null;
          }}
          cell={cell}
          cellClass={(row, column) => {
            const item = items[row];
            if (!item || isTitle(item)) {
              return '';
            }
            const at = columns[column] as number;
            const changed = baseAt >= 0 ? item.values[at] !== item.values[baseAt] : false;
            return `${changed ? 'tk-changed' : ''} ${item.differs ? '' : 'tk-alike'}`;
          }}
          marked={marked}
          lit={litAt}
          onLit={column => {
            lit.value = column === null ? null : (heads[columns[column] as number]?.id ?? null);
          }}
        />
      )}
      {open.value && (
        <Difference
          source={source}
          id={open.value.id}
          base={other ?? columnBefore(columns, heads, open.value.id)}
          heads={heads}
          part={differenceOf(open.value.row) as DifferencePart}
          name={open.value.row.name}
          onClose={() => {
            open.value = null;
          }}
        />
      )}
    </div>
  );
}

/** Without a base, a text is compared with the first other one. */
function columnBefore(columns: readonly number[], heads: readonly Head[], id: string): string {
  const first = columns.map(at => heads[at]?.id ?? '').find(one => one !== id);
  return first ?? id;
}

/** A column in which the longest name is whole, within reason: names of a sweep differ at their end. */
export function columnFor(heads: readonly Head[], least: number, most = 220): number {
  return heads.reduce((width, { name }) => Math.min(most, Math.max(width, 56 + 7 * name.length)), least);
}

export function ColumnHead({ head, base }: { head: Head; base: string | null }) {
  return (
    <span class="tk-matrix-head">
      <span class="tk-matrix-head-name">
        <Swatch head={head} />
        <PlaceLink place={{ kind: 'experiment', id: head.id, title: head.name }}>
          <Middle text={head.name} />
        </PlaceLink>
      </span>
      <span class="tk-matrix-head-more">
        {head.id === base ? (
          <b>Base</b>
        ) : head.status ? (
          <Status status={head.status} doing={head.doing} status_reason={head.status_reason} />
        ) : (
          <span class="tk-faint">Cannot be read</span>
        )}
      </span>
    </span>
  );
}
