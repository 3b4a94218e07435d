// The table of experiments or models: find, sort, group and choose; the one opened is shown beside it, or in full.

import { useSignal } from '@preact/signals';
import { ArrowLeft } from 'lucide';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { reasonOf } from '../gone';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { useLive } from '../parts/live';
import { Empty, Problem, SkeletonRows } from '../parts/states';
import type { FieldsAnswer, TableRow, View, ViewOptions } from '../protocol';
import type { Source } from '../source';
import '../styles/experiments.css';
import { amongGroups, columnOf, firstColumns, metricOfTrend } from '../table/columns';
import { NOTHING_CHOSEN } from '../table/filters';
import { Grid } from '../table/grid';
import { Grouped } from '../table/grouped';
import { rowOf } from '../table/opening';
import { Panel } from '../table/panel';
import type { Asked } from '../table/rowmenu';
import { Courses } from '../table/sparkline';
import { TableState } from '../table/state';
import { Tools } from '../table/tools';
import { unknownIn } from '../table/unknown';
import { useWatch } from '../table/watch';
import { cellOf } from './home/cell';

const ComparisonView = lazy(async () => (await import('./comparison')).ComparisonView);
const RowMenu = lazy(
  async () => (await import('../table/rowmenu')).RowMenu,
  () => null,
);
const ModelComparison = lazy(async () => (await import('./model/comparison')).ModelComparison);

const FIELDS_REST_MS = 5_000;
/** A second click within this time opens in full, wherever the first one moved things. */
const TWICE_MS = 500;

interface TableProps {
  source: Source;
  view: View;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export function TableView({ source, view, onOptions }: TableProps) {
  const about = `${view.options.object_type} ${view.objects.join()}`;
  const state = useMemo(() => new TableState(source, view), [source, about]);
  const told = useRef(onOptions);
  told.current = onOptions;
  useEffect(() => state.live(patch => told.current?.(patch)), [state]);
  useEffect(() => state.follow(view.options), [state, view.options]);
  const wanted = view.options.opened;
  useEffect(() => {
    if (typeof wanted === 'string') {
      rowOf(source, wanted, state.kind.type).then(
        row => {
          state.opened.value = row;
        },
        () => undefined, // the table says what is wrong
      );
    }
  }, [state, wanted]);
  const compared = state.compared.value;
  if (!compared) {
    return <Table source={source} view={view} state={state} />;
  }
  const { one, many, type } = state.kind;
  const { ids, options } = compared;
  const title = `${ids.length} ${ids.length === 1 ? one : many}`;
  const comparison: View = { ...view, kind: 'comparison', objects: ids, query: null, options, title };
  const Comparison = type === 'model' ? ModelComparison : ComparisonView;
  return (
    <div class="tk-experiments">
      <div class="tk-bar">
        <Button
          label="Back to the table"
          icon={ArrowLeft}
          onClick={() => {
            state.compared.value = null;
          }}
        >
          {state.kind.title}
        </Button>
      </div>
      <Comparison source={source} view={comparison} />
    </div>
  );
}

function Table({ source, view, state }: { source: Source; view: View; state: TableState }) {
  const { kind } = state;
  const root = useRef<HTMLDivElement>(null);
  const openedAt = useRef(0);
  const hadChosen = useRef(false);
  const courses = useMemo(() => new Courses(source), [source]);
  const ask = (signal: AbortSignal) => source.read('fields', { object_type: kind.type }, signal);
  const fields = useLive(source, [view.store.id], ask, [kind], FIELDS_REST_MS).value.value;
  const known = fields && fields.metrics.length > 0 && fields.hyperparameters.length > 0;
  const first = useRef(true);
  useEffect(() => {
    // Until there is something of both, what comes is shown as it comes; then columns stay as they are.
    if (fields && first.current) {
      state.usual.value = firstColumns(fields, kind);
      first.current = !known;
    }
  }, [fields]);
  const rows = state.rows.value;
  const shown = state.shown.value;
  const by = state.groupBy.value;
  const columns = useMemo(
    () => shown.map(columnOf).map(column => (by ? amongGroups(column, by) : column)),
    [shown, by],
  );
  const { columns: _, ...finding } = state.question.value;
  useEffect(() => {
    state.cursor.value = -1;
    root.current?.querySelector('.tk-experiments-scroll')?.scrollTo({ top: 0 });
  }, [JSON.stringify(finding), rows]);
  const watch = useWatch(source, view.store.id, () => {
    state.rows.peek().refresh();
    void state.reconsider();
  });

  const sight = (first: number, last: number) => {
    const inSight: TableRow[] = [];
    for (let index = first; index <= last; index += 1) {
      const row = rows.row(index);
      if (row) {
        inSight.push(row);
      }
    }
    watch(inSight.map(row => row.id));
    for (const column of columns) {
      if (column.kind === 'trend') {
        courses.want(
          metricOfTrend(column.key),
          inSight.map(row => [row.id, row.last_update ?? '']),
        );
      }
    }
  };
  const closePanel = () => {
    state.full.value = false;
    state.opened.value = null;
    focusGrid(root.current);
  };
  const leaveFull = () => {
    state.full.value = false;
    focusGrid(root.current);
  };
  const chosen = state.selected.value.size > 0;
  useEffect(() => {
    // What was done with the chosen ones is done, and its tools are gone: the keyboard is not.
    const page = root.current?.ownerDocument;
    if (hadChosen.current && !chosen && page?.activeElement === page?.body) {
      focusGrid(root.current);
    }
    hadChosen.current = chosen;
  }, [chosen]);
  const back = () => {
    if (state.opened.peek()) {
      closePanel();
    } else {
      state.clear();
    }
  };
  const asked = useSignal<Asked | null>(null);
  // Of a store that a kernel opens by itself, or by its folder.
  const { cells } = view.options;
  const folder = typeof cells === 'string' ? cells : null;
  const cell = cells ? (row: TableRow) => cellOf(kind.type, row.id, row.name, folder) : undefined;
  const opened = state.opened.value;
  const full = opened !== null && state.full.value;
  const onDblClick = (event: MouseEvent) => {
    const onRow = (event.target as HTMLElement).closest('tbody');
    if (state.opened.peek() && (onRow || performance.now() - openedAt.current < TWICE_MS)) {
      state.full.value = true;
    }
  };
  const total = rows.total.value;
  const broken = rows.damaged.value;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape and the second click mean the whole view
    <div ref={root} class={`tk-experiments${opened ? (full ? ' tk-full' : ' tk-split') : ''}`} onDblClick={onDblClick}>
      <section class="tk-experiments-main" aria-label={view.title || `${kind.title} table`} hidden={full}>
        <Tools source={source} state={state} fields={fields} />
        {rows.error.value && (
          <Problem error={reasonOf(rows.error.value)} onRetry={() => rows.ask(state.question.peek())} />
        )}
        {rows.error.value && rows instanceof Grouped && (
          <div class="tk-bar">
            <Button
              label="Show without groups"
              class="tk-outlined"
              onClick={() => {
                state.groupBy.value = '';
              }}
            >
              Show without groups
            </Button>
          </div>
        )}
        {broken.length > 0 && (
          <p class="tk-experiments-damaged" title={broken.join('\n')}>
            {integer(broken.length)} {broken.length === 1 ? kind.one : kind.many} cannot be read; the others are shown.{' '}
            <code>trackkit verify</code> says what is wrong.
          </p>
        )}
        {rows instanceof Grouped && rows.more.value && (
          <p class="tk-experiments-damaged tk-faint">There are more groups than the 1,000 shown: sort, or search.</p>
        )}
        {total === 0 && !rows.problem.value ? (
          <Nobody state={state} fields={fields} />
        ) : total === null ? (
          !rows.error.value && !rows.problem.value && <SkeletonRows rows={8} />
        ) : (
          <Grid
            label={kind.title}
            noun={kind.one}
            rows={rows}
            courses={courses}
            columns={columns}
            widths={state.widths.value}
            pinned={state.pinned.value}
            order={state.order.value}
            cursor={state.cursor.value}
            opened={opened?.id ?? null}
            selected={state.selected.value}
            onOrder={next => {
              state.order.value = next;
            }}
            onWidth={(key, width) => {
              state.widths.value = { ...state.widths.peek(), [key]: width };
            }}
            onMove={(key, to) => state.move(key, to)}
            onPin={key => state.pin(key)}
            onCursor={(index, open) => {
              if (open && !state.opened.peek()) {
                openedAt.current = performance.now();
              }
              state.toCursor(index, open);
            }}
            onFull={index => state.toFull(index)}
            onToggle={index => void state.toggle(index)}
            onRange={index => void state.range(index)}
            onAll={on => void state.all(on)}
            onClose={back}
            onMenu={(of, x, y) => {
              asked.value = { of, x, y };
            }}
            cellOf={cell}
            onSight={sight}
          />
        )}
      </section>
      <Panel source={source} state={state} onClose={closePanel} onBack={leaveFull} />
      {asked.value && (
        <RowMenu source={source} state={state} asked={asked.value} onFocus={() => focusGrid(root.current)} />
      )}
    </div>
  );
}

function focusGrid(root: HTMLElement | null): void {
  requestAnimationFrame(() =>
    root?.querySelector<HTMLElement>('.tk-experiments-scroll')?.focus({ preventScroll: true }),
  );
}

function Nobody({ state, fields }: { state: TableState; fields: FieldsAnswer | undefined }) {
  const { kind } = state;
  if (state.query.value.trim() === '' && state.filter.value === '') {
    return state.archived.value ? (
      <Empty>Nothing is archived.</Empty>
    ) : (
      <Empty code={kind.start}>The {kind.many} of this store will be here.</Empty>
    );
  }
  const unknown = unknownIn(state.query.value, fields);
  const instead = unknown?.instead;
  return (
    <div class="tk-empty">
      <p>No {kind.one} has that.</p>
      {unknown && (
        <p>
          {unknown.said}{' '}
          {instead && (
            <button
              type="button"
              class="tk-button"
              onClick={() => {
                state.query.value = instead.query;
              }}
            >
              Use {instead.words}
            </button>
          )}
        </p>
      )}
      <button
        type="button"
        class="tk-button tk-strong"
        onClick={() => {
          state.query.value = '';
          state.filters.value = NOTHING_CHOSEN;
        }}
      >
        Show all
      </button>
    </div>
  );
}
