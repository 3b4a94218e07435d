// The details of a comparison side by side: differences first, against a base, identical rows hidden.

import { useSignal } from '@preact/signals';
import { ChevronDown, ChevronUp, Copy } from 'lucide';
import { useMemo } from 'preact/hooks';
import { Choice, Switch } from '../charts/tools';
import { copyText } from '../parts/copy';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Search } from '../parts/search';
import { Nothing, Problem } from '../parts/states';
import { Popover } from '../table/popover';
import type { DetailPart, DifferencePart } from './answers';
import { ColumnHead, columnFor, GroupHead, headHeightFor } from './columnheads';
import { useCompany } from './company';
import { type Column, DetailCell } from './detailcell';
import { Difference } from './difference';
import { alike, isBetween, ranked, textsOf } from './grouprows';
import { Groups } from './groups';
import { Matrix } from './matrix';
import { csvOf, type DetailRow, isTitle, markdownOf, nextDifference, placed, rowsOf, shownRows } from './rows';

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

/** A text of an experiment beside that of another. */
interface Beside {
  row: DetailRow;
  id: string;
  other: string;
}

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
  const { source, answer, heads, shown, groups, base, lit, options, keep } = useCompany();
  const search = useSignal('');
  const part = useSignal<(typeof CHOICES)[number][0]>(heads.length > FEW ? 'hyperparameters' : 'all');
  const marked = useSignal(-1);
  const said = useSignal('');
  const open = useSignal<Beside | null>(null);
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
  const grouped = groups.length > 0;
  const baseAt = heads.findIndex(head => head.id === base);
  // The base stands first, or its group; of the others those that are brushed.
  const columns = useMemo((): Column[] => {
    const place = new Map(heads.map((head, at) => [head.id, at]));
    const seen = new Set(shown.map(head => head.id));
    const of = (ids: readonly string[], isBase: boolean) =>
      ids.filter(id => seen.has(id) || (isBase && id === base)).flatMap(id => place.get(id) ?? []);
    const all = (grouped ? groups : heads).map((head): Column => {
      const ids = 'members' in head ? head.members : [head.id];
      return { head, members: of(ids, !grouped) };
    });
    const some = all.filter(({ members }) => members.length > 0);
    const at = some.findIndex(({ members }) => members.includes(baseAt));
    return at < 0 ? some : [some[at] as Column, ...some.filter((_, other) => other !== at)];
  }, [heads, shown, groups, baseAt]);
  const rows = useMemo(() => {
    const wanted = [...first, ...rest].filter(row => part.value === 'all' || partOf(row) === part.value);
    return grouped
      ? ranked(
          wanted,
          columns.map(({ members }) => members),
        )
      : wanted;
  }, [first, rest, part.value, grouped, columns]);
  const found = useMemo(() => shownRows(rows, search.value, identical), [rows, search.value, identical]);
  const { items } = found;
  const step = (by: 1 | -1) => {
    const next = nextDifference(items, marked.value < 0 && by < 0 ? items.length : marked.value, by);
    if (next >= 0) {
      marked.value = next;
    }
  };
  const table = () => [
    ['', ...columns.map(({ head }) => head.name)],
    ...items.flatMap(item =>
      isTitle(item)
        ? []
        : [[`${item.group}/${item.name}`, ...columns.map(({ members }) => textsOf(item, members) ?? '')]],
    ),
  ];
  const copy = async (how: 'CSV' | 'Markdown') => {
    await copyText((how === 'CSV' ? csvOf : markdownOf)(table()));
    said.value = `${integer(items.filter(item => !isTitle(item)).length)} rows copied as ${how}`;
  };
  const litAt = columns.findIndex(
    ({ head, members }) => head.id === lit.value || (grouped && members.some(at => heads[at]?.id === lit.value)),
  );
  const idOf = (at: number | undefined) => heads[at ?? -1]?.id ?? '';
  const beside = (row: DetailRow, { members }: Column): Beside => {
    const mine = members.find(at => row.values[at] !== -1) ?? members[0] ?? 0;
    // With the base; without one, or beside itself, with what the group has too, else with the first other column.
    const within = members.find(at => row.values[at] !== -1 && row.values[at] !== row.values[mine]);
    const elsewhere = columns.find(column => !column.members.includes(mine))?.members[0];
    const other = baseAt >= 0 && baseAt !== mine ? baseAt : (within ?? elsewhere ?? mine);
    return { row, id: idOf(mine), other: idOf(other) };
  };
  const cell = (row: number, at: number) => {
    const item = items[row];
    const column = columns[at];
    return item && column && !isTitle(item) ? (
      <DetailCell
        row={item}
        column={column}
        onBeside={
          differenceOf(item)
            ? () => {
                open.value = beside(item, column);
              }
            : undefined
        }
      />
    ) : null;
  };
  const names = columns.map(({ head }) => head);
  const width = columnFor(names, COLUMN, grouped);
  const differing = items.filter(item => !isTitle(item) && item.differs && (!grouped || isBetween(item))).length;
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
        <Groups what="column" />
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
          columnWidth={width}
          headHeight={headHeightFor(width, grouped)}
          corner={
            <span class="tk-faint">
              {integer(differing)} {grouped ? 'differ between groups' : 'differ'}
              {base ? ' · base first' : ''}
            </span>
          }
          columnHead={at => {
            const { head, members } = columns[at] as Column;
            return grouped ? (
              <GroupHead head={head} count={members.length} base={members.includes(baseAt)} wraps />
            ) : (
              <ColumnHead head={head} base={base} />
            );
          }}
          columnKey={at => columns[at]?.head.id ?? String(at)}
          rowHead={row => {
            const item = items[row];
            return item && !isTitle(item) ? <Middle text={item.name} /> : null;
          }}
          title={row => {
            const item = items[row];
            return isTitle(item) ? item.title : null;
          }}
          cell={cell}
          cellClass={(row, at) => {
            const item = items[row];
            const members = columns[at]?.members;
            if (!item || !members || isTitle(item)) {
              return '';
            }
            const from = columns[0]?.members ?? [];
            const changed = from.includes(baseAt) && !alike(item, members, from);
            return `${changed ? 'tk-changed' : ''} ${item.differs && isBetween(item) ? '' : 'tk-alike'}`;
          }}
          marked={marked}
          lit={litAt}
          onLit={column => {
            lit.value = column === null ? null : (columns[column]?.head.id ?? null);
          }}
        />
      )}
      {open.value && (
        <Difference
          source={source}
          id={open.value.id}
          base={open.value.other}
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
