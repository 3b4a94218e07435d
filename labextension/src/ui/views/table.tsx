// The experiments table: find, sort and choose experiments; the one opened is shown beside it, or in full.

import { useSignal } from '@preact/signals';
import { Archive as ArchiveIcon, ArrowLeft, Copy, Maximize2, Minimize2, X } from 'lucide';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { copyText } from '../parts/copy';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { useActive, useLive } from '../parts/live';
import { Empty, Problem, SkeletonRows } from '../parts/states';
import type { TableRow, View, ViewOptions } from '../protocol';
import type { Source } from '../source';
import '../styles/experiments.css';
import { Actions } from '../table/actions';
import { Chooser } from '../table/chooser';
import { askedFor, columnOf, firstColumns, metricOfTrend } from '../table/columns';
import { codeOf, csvOf, markdownOf } from '../table/copying';
import { type Chosen, Filters, filterQuery, NOTHING_CHOSEN } from '../table/filters';
import { Grid } from '../table/grid';
import { Pages } from '../table/pages';
import { Popover } from '../table/popover';
import { QueryBox } from '../table/querybox';
import { Saved } from '../table/saved';
import { Courses } from '../table/sparkline';

const ExperimentView = lazy(async () => {
  const [{ ExperimentView }] = await Promise.all([import('./experiment'), import('./scalars')]);
  return ExperimentView;
});
const ComparisonView = lazy(async () => (await import('./comparison')).ComparisonView);

const NEWEST = '-created';
const MOST_SELECTED = 1_000;
/** Rows in sight are watched this long after scrolling ended. */
const SETTLED_MS = 300;
const FIELDS_REST_MS = 5_000;
/** A second click within this time opens in full, wherever the first one moved things. */
const TWICE_MS = 500;
const START = 'with track.start("baseline") as exp:\n    exp.log({"loss": 0.5})';

interface TableProps {
  source: Source;
  view: View;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

function textsOf(value: unknown): string[] | null {
  return Array.isArray(value) && value.length > 0 ? value.filter(item => typeof item === 'string') : null;
}

export function TableView({ source, view, onOptions }: TableProps) {
  const { options, objects } = view;
  const pages = useMemo(() => new Pages(source), [source]);
  const courses = useMemo(() => new Courses(source), [source]);
  const query = useSignal(textOf(options.query));
  const filters = useSignal<Chosen>({ ...NOTHING_CHOSEN, ...((options.filters as Partial<Chosen>) ?? {}) });
  const order = useSignal(textOf(options.order_by, NEWEST));
  const archived = useSignal(options.archived === true);
  const keys = useSignal<string[] | null>(textsOf(options.columns));
  const pinned = useSignal(typeof options.pinned === 'number' ? options.pinned : 1);
  const widths = useSignal<Record<string, number>>((options.widths as Record<string, number>) ?? {});
  const cursor = useSignal(-1);
  const anchor = useRef(-1);
  const selected = useSignal<ReadonlyMap<string, TableRow>>(new Map());
  const opened = useSignal<TableRow | null>(null);
  const full = useSignal(false);
  const compared = useSignal<string[] | null>(null);
  const tab = useRef<string | undefined>(undefined);
  const openedAt = useRef(0);
  const root = useRef<HTMLDivElement>(null);
  const said = useSignal('');

  const known = useLive(source, [view.store.id], signal => source.read('fields', {}, signal), [], FIELDS_REST_MS);
  const fields = known.value.value;
  const usual = useMemo(() => firstColumns(fields), [fields === undefined]);
  const shown = keys.value ?? usual;
  const columns = useMemo(() => shown.map(columnOf), [shown]);
  const asked = askedFor(shown);
  const filter = filterQuery(filters.value);
  const question = {
    query: query.value,
    filters: filter,
    objects,
    columns: asked,
    order_by: order.value,
    archived: archived.value,
  };
  const asking = JSON.stringify(question);
  const finding = JSON.stringify({ ...question, columns: [] });
  useEffect(() => pages.ask(question), [pages, asking]);
  useEffect(() => () => pages.stop(), [pages]);
  useEffect(() => {
    cursor.value = -1;
    root.current?.querySelector('.tk-experiments-scroll')?.scrollTo({ top: 0 });
  }, [finding]);
  const watch = useWatch(source, view.store.id, () => pages.refresh());
  const keep = (patch: Partial<ViewOptions>) => onOptions?.(patch);
  useEffect(() => keep({ query: query.value }), [query.value]);

  const now = () => ({
    query: query.value,
    filters: filters.value,
    order_by: order.value,
    archived: archived.value,
    columns: shown,
    pinned: pinned.value,
    widths: widths.value,
  });
  const setColumns = (next: string[], count: number) => {
    keys.value = next;
    pinned.value = Math.max(0, Math.min(count, next.length));
    keep({ columns: next, pinned: pinned.value });
  };
  const pin = (key: string) => {
    const at = shown.indexOf(key);
    const others = shown.filter(other => other !== key);
    const count = at < pinned.value ? pinned.value - 1 : pinned.value;
    others.splice(count, 0, key);
    setColumns(others, at < pinned.value ? count : count + 1);
  };
  const move = (key: string, to: number) => {
    const others = shown.filter(other => other !== key);
    others.splice(to, 0, key);
    setColumns(others, pinned.value);
  };
  const sight = (first: number, last: number) => {
    const rows: TableRow[] = [];
    for (let index = first; index <= last; index += 1) {
      const row = pages.row(index);
      if (row) {
        rows.push(row);
      }
    }
    watch(rows.map(row => row.id));
    for (const column of columns) {
      if (column.kind === 'trend') {
        courses.want(
          metricOfTrend(column.key),
          rows.map(row => [row.id, row.last_update ?? '']),
        );
      }
    }
  };
  const toCursor = (index: number, open: boolean) => {
    const row = pages.row(index);
    cursor.value = index;
    if (!open) {
      anchor.current = anchor.current < 0 ? index : anchor.current;
    } else {
      anchor.current = index;
    }
    if (row && (open || opened.value)) {
      if (!opened.value) {
        openedAt.current = performance.now();
      }
      opened.value = row;
    }
  };
  const toFull = (index: number) => {
    opened.value = pages.row(index) ?? opened.value;
    full.value = opened.value !== null;
  };
  const close = () => {
    if (full.value) {
      full.value = false;
    } else if (opened.value) {
      opened.value = null;
    } else {
      selected.value = new Map();
    }
    focusGrid(root.current);
  };
  const toggle = (index: number) => {
    const row = pages.row(index);
    if (row) {
      const next = new Map(selected.value);
      if (!next.delete(row.id)) {
        next.set(row.id, row);
      }
      selected.value = next;
      anchor.current = index;
    }
  };
  const range = async (index: number) => {
    const from = anchor.current < 0 ? Math.max(cursor.value, 0) : anchor.current;
    anchor.current = from;
    const [first, last] = [
      Math.min(from, index),
      Math.min(Math.max(from, index), Math.min(from, index) + MOST_SELECTED - 1),
    ];
    const rows = Array.from({ length: last - first + 1 }, (_, at) => pages.row(first + at));
    const whole = rows.every(row => row !== null) ? (rows as TableRow[]) : await pages.all(first, last);
    selected.value = new Map([...selected.value, ...whole.map(row => [row.id, row] as const)]);
  };
  const all = async (on: boolean) => {
    selected.value = on ? new Map((await pages.all(0, MOST_SELECTED - 1)).map(row => [row.id, row])) : new Map();
  };
  const copy = async (how: 'CSV' | 'Markdown' | 'code') => {
    const chosen = [...selected.value.values()];
    if (how === 'code') {
      const parts = [query.value.trim(), filter].filter(Boolean);
      const whole = parts.length > 1 ? parts.map(part => `(${part})`).join(' and ') : (parts[0] ?? '');
      await copyText(codeOf({ query: whole, order: order.value, archived: archived.value }, chosen));
    } else {
      const rows = chosen.length > 0 ? chosen : await pages.all(0, MOST_SELECTED - 1);
      await copyText((how === 'CSV' ? csvOf : markdownOf)(rows, columns, asked));
      said.value = `${integer(rows.length)} rows copied as ${how}`;
      return;
    }
    said.value = 'Copied as code';
  };
  const choose = (saved: Record<string, unknown>) => {
    query.value = textOf(saved.query);
    filters.value = { ...NOTHING_CHOSEN, ...((saved.filters as Partial<Chosen>) ?? {}) };
    order.value = textOf(saved.order_by, NEWEST);
    archived.value = saved.archived === true;
    keys.value = textsOf(saved.columns);
    pinned.value = typeof saved.pinned === 'number' ? saved.pinned : 1;
    widths.value = (saved.widths as Record<string, number>) ?? {};
  };

  const total = pages.total.value;
  const narrowed = query.value.trim() !== '' || filter !== '';
  const onDblClick = (event: MouseEvent) => {
    const onRow = (event.target as HTMLElement).closest('tbody');
    if (opened.value && (onRow || performance.now() - openedAt.current < TWICE_MS)) {
      full.value = true;
    }
  };
  if (compared.value) {
    const comparison: View = {
      ...view,
      kind: 'comparison',
      objects: compared.value,
      options: {},
      title: `${compared.value.length} experiments`,
    };
    return (
      <div class="tk-experiments">
        <div class="tk-bar">
          <Button
            label="Back to the table"
            icon={ArrowLeft}
            onClick={() => {
              compared.value = null;
            }}
          >
            Experiments
          </Button>
        </div>
        <ComparisonView source={source} view={comparison} />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape and the second click mean the whole view
    <div
      ref={root}
      class={`tk-experiments${opened.value ? (full.value ? ' tk-full' : ' tk-split') : ''}`}
      onDblClick={onDblClick}
    >
      <section
        class="tk-experiments-main"
        aria-label={view.title || 'Experiments table'}
        hidden={full.value && opened.value !== null}
      >
        <div class="tk-experiments-tools">
          <QueryBox query={query} fields={fields} problem={pages.problem.value} />
          <div class="tk-experiments-bar">
            <Filters
              chosen={filters.value}
              fields={fields}
              onChange={next => {
                filters.value = next;
                keep({ filters: next });
              }}
            />
            <Button
              label="Archive"
              icon={ArchiveIcon}
              pressed={archived.value}
              onClick={() => {
                archived.value = !archived.value;
                selected.value = new Map();
                keep({ archived: archived.value });
              }}
            >
              <span class="tk-wide-only">Archive</span>
            </Button>
            <span class="tk-space" />
            <span class="tk-faint tk-number tk-experiments-count" role="status">
              {said.value || (total === null ? '' : `${integer(total)} ${total === 1 ? 'experiment' : 'experiments'}`)}
            </span>
            <Chooser
              fields={fields}
              shown={shown}
              pinned={pinned.value}
              onChange={setColumns}
              onUsual={() => {
                keys.value = null;
                pinned.value = 1;
                widths.value = {};
                onOptions?.({ columns: [], pinned: 1, widths: {} });
              }}
            />
            <Saved source={source} now={now} onChoose={choose} />
            <Popover label="Copy" icon={Copy}>
              {done => (
                <div class="tk-pick">
                  {(['CSV', 'Markdown', 'code'] as const).map(how => (
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
          <Actions
            source={source}
            rows={[...selected.value.values()]}
            archived={archived.value}
            fields={fields}
            onCompare={ids => {
              compared.value = ids;
            }}
            onDone={() => {
              selected.value = new Map();
              pages.refresh();
            }}
            onClear={() => {
              selected.value = new Map();
            }}
          />
        </div>
        {pages.error.value && <Problem error={pages.error.value} onRetry={() => pages.ask(question)} />}
        {pages.damaged.value.length > 0 && (
          <p class="tk-experiments-damaged" title={pages.damaged.value.join('\n')}>
            {integer(pages.damaged.value.length)} {pages.damaged.value.length === 1 ? 'experiment' : 'experiments'}{' '}
            cannot be read; the others are shown. <code>trackkit verify</code> says what is wrong.
          </p>
        )}
        {total === 0 && !pages.problem.value ? (
          <Nobody
            narrowed={narrowed}
            archived={archived.value}
            onShowAll={() => {
              query.value = '';
              filters.value = NOTHING_CHOSEN;
            }}
          />
        ) : total === null ? (
          <SkeletonRows rows={8} />
        ) : (
          <Grid
            pages={pages}
            courses={courses}
            columns={columns}
            widths={widths.value}
            pinned={pinned.value}
            order={order.value}
            cursor={cursor.value}
            opened={opened.value?.id ?? null}
            selected={selected.value}
            onOrder={next => {
              order.value = next;
              keep({ order_by: next });
            }}
            onWidth={(key, width) => {
              widths.value = { ...widths.value, [key]: width };
              keep({ widths: widths.value });
            }}
            onMove={move}
            onPin={pin}
            onCursor={toCursor}
            onFull={toFull}
            onToggle={toggle}
            onRange={index => void range(index)}
            onAll={on => void all(on)}
            onClose={close}
            onSight={sight}
          />
        )}
      </section>
      {opened.value && (
        <aside
          class="tk-experiments-panel"
          aria-label="Info panel"
          onKeyDown={event => {
            if (
              event.key === 'Escape' &&
              !event.defaultPrevented &&
              !(event.target as HTMLElement).closest('dialog, input')
            ) {
              event.stopPropagation();
              close();
            }
          }}
        >
          <div class="tk-experiments-panel-bar">
            <Button
              label={full.value ? 'View in experiments table' : 'View in full screen'}
              icon={full.value ? Minimize2 : Maximize2}
              shortcut={full.value ? 'Esc' : 'Enter'}
              onClick={() => {
                full.value = !full.value;
              }}
            />
            <Button
              label="Close"
              icon={X}
              shortcut="Esc"
              onClick={() => {
                full.value = false;
                opened.value = null;
                focusGrid(root.current);
              }}
            />
          </div>
          <ExperimentView
            key={opened.value.id}
            source={source}
            id={opened.value.id}
            options={tab.current ? { tab: tab.current } : {}}
            onOptions={patch => {
              tab.current = patch.tab ?? tab.current;
            }}
          />
        </aside>
      )}
    </div>
  );
}

function focusGrid(root: HTMLElement | null): void {
  requestAnimationFrame(() =>
    root?.querySelector<HTMLElement>('.tk-experiments-scroll')?.focus({ preventScroll: true }),
  );
}

/** Watch the store and the rows in sight, once scrolling has settled. */
function useWatch(source: Source, store: string, onChange: () => void): (ids: string[]) => void {
  const active = useActive();
  const told = useRef(onChange);
  told.current = onChange;
  const state = useRef<{ ids: string; timer?: ReturnType<typeof setTimeout>; stop?: AbortController }>({ ids: '' });
  const start = (ids: string[]) => {
    state.current.stop?.abort();
    state.current.stop = new AbortController();
    source.watch([store, ...ids], () => active.peek() && told.current(), state.current.stop.signal);
  };
  useEffect(() => {
    start([]);
    return () => {
      clearTimeout(state.current.timer);
      state.current.stop?.abort();
    };
  }, [source]);
  return ids => {
    const key = ids.join();
    if (key !== state.current.ids) {
      state.current.ids = key;
      clearTimeout(state.current.timer);
      state.current.timer = setTimeout(() => start(ids), SETTLED_MS);
    }
  };
}

function Nobody({ narrowed, archived, onShowAll }: { narrowed: boolean; archived: boolean; onShowAll: () => void }) {
  if (!narrowed) {
    return archived ? (
      <Empty>Nothing is archived.</Empty>
    ) : (
      <Empty code={START}>The experiments of this store will be here.</Empty>
    );
  }
  return (
    <div class="tk-empty">
      <p>No experiment has that.</p>
      <button type="button" class="tk-button tk-strong" onClick={onShowAll}>
        Show all
      </button>
    </div>
  );
}
