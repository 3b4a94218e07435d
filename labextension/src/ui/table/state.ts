// What a table is asked for and what is chosen in it: set by hands, by saved views, and from outside by the view's options.

import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { TableRow, View, ViewOptions } from '../protocol';
import type { Source } from '../source';
import { askedFor, summedOf } from './columns';
import { type Chosen, filterQuery, NOTHING_CHOSEN } from './filters';
import { Grouped } from './grouped';
import { comparedBy } from './grouping';
import { type Kind, kindOf } from './kinds';
import { Pages } from './pages';
import { both, isGroup, type Question, queryOf, type Rows } from './rows';

export const NEWEST = '-created';
export const MOST_SELECTED = 1_000;
/** So many can be asked for by their ids. */
const MOST_LOOKED_AT = 500;
/** So many of those that are ticked are told of. */
const TOLD = 50;

type Options = Record<string, unknown>;

/** Which rows are compared, and how that begins. */
export interface Compared {
  ids: string[];
  options: Partial<ViewOptions>;
}

function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

export class TableState {
  readonly kind: Kind;
  readonly query = signal('');
  readonly filters = signal<Chosen>(NOTHING_CHOSEN);
  readonly order = signal(NEWEST);
  readonly archived = signal(false);
  readonly groupBy = signal('');
  /** The columns that a person chose, empty: the usual ones. */
  readonly chosen = signal<string[]>([]);
  readonly pinned = signal(1);
  readonly widths = signal<Record<string, number>>({});
  readonly selected = signal<ReadonlyMap<string, TableRow>>(new Map());
  readonly cursor = signal(-1);
  readonly opened = signal<TableRow | null>(null);
  readonly full = signal(false);
  readonly compared = signal<Compared | null>(null);
  /** What was just done, until the next thing. */
  readonly said = signal('');
  /** The columns that are shown until a person chooses. */
  readonly usual: Signal<string[]>;
  readonly shown: ReadonlySignal<string[]>;
  /** The day that it is: yesterday's experiments are others tomorrow. */
  private readonly day = signal(today());
  readonly filter = computed(() => filterQuery(this.filters.value, new Date(this.day.value)));
  readonly question: ReadonlySignal<Question>;
  readonly rows: ReadonlySignal<Rows>;
  private anchor = -1;
  private told: Options;
  private answered = '';

  constructor(
    private readonly source: Source,
    view: View,
  ) {
    const { options, objects } = view;
    this.kind = kindOf(options.object_type);
    this.usual = signal([...this.kind.usual]);
    this.shown = computed(() => (this.chosen.value.length > 0 ? this.chosen.value : this.usual.value));
    this.set(options);
    this.answered = this.query.peek();
    this.question = computed(() => ({
      query: this.query.value,
      filters: this.filter.value,
      objects,
      columns: askedFor(this.shown.value),
      order_by: this.order.value,
      archived: this.archived.value,
      object_type: this.kind.type,
    }));
    this.rows = computed(() => {
      const by = this.groupBy.value;
      return by ? new Grouped(source, by, () => summedOf(this.shown.peek(), by)) : new Pages(source);
    });
    this.told = this.options();
    this.tick(options);
  }

  /** Ask as long as the table is shown, and tell what a person changes. */
  live(told: (patch: Partial<ViewOptions>) => void): () => void {
    const ends = [
      this.followDays(),
      effect(() => {
        const { value: rows } = this.rows;
        return () => rows.stop();
      }),
      effect(() => this.rows.value.ask(this.question.value)),
      effect(() => {
        // A query that is being typed is told once it could be read.
        const { value: rows } = this.rows;
        if (rows.version.value > 0 && !rows.stale.value && !rows.problem.value) {
          this.answered = this.query.peek();
        }
        const now = this.options();
        const patch = Object.fromEntries(Object.entries(now).filter(([name, value]) => !same(value, this.told[name])));
        if (Object.keys(patch).length > 0) {
          this.told = now;
          told(patch);
        }
      }),
    ];
    return () => {
      for (const end of ends) {
        end();
      }
    };
  }

  private followDays(): () => void {
    const tomorrow = () => {
      this.day.value = today();
      timer = setTimeout(tomorrow, new Date().setHours(24, 0, 1, 0) - Date.now());
    };
    let timer = setTimeout(tomorrow);
    return () => clearTimeout(timer);
  }

  /** The view was told otherwise after it was first shown: what differs from what we said ourselves counts. */
  follow(options: ViewOptions): void {
    const plain: Options = { query: '', order_by: NEWEST, archived: false, columns: [], group_by: '', selected: [] };
    const wanted: Options = {};
    for (const [name, otherwise] of Object.entries(plain)) {
      const value = options[name] ?? otherwise;
      if (!same(value, this.told[name])) {
        wanted[name] = value;
      }
    }
    if (Object.keys(wanted).length > 0) {
      this.told = { ...this.told, ...wanted };
      this.set(wanted);
      this.tick(wanted);
    }
  }

  /** What is shown now, to be kept under a name. */
  now(): Options {
    const { selected: _, ...options } = this.options();
    return { ...options, query: this.query.peek(), columns: this.shown.peek() };
  }

  /** Show what was kept. */
  take(saved: Options): void {
    const plain = {
      query: '',
      filters: {},
      order_by: NEWEST,
      archived: false,
      columns: [],
      pinned: 1,
      widths: {},
      group_by: '',
    };
    this.set({ ...plain, ...saved });
  }

  // -- columns

  setColumns(next: string[], count: number): void {
    batch(() => {
      this.chosen.value = next;
      this.pinned.value = Math.max(0, Math.min(count, next.length));
    });
  }

  resetColumns(): void {
    batch(() => {
      this.chosen.value = [];
      this.pinned.value = 1;
      this.widths.value = {};
    });
  }

  pin(key: string): void {
    const shown = this.shown.peek();
    const at = shown.indexOf(key);
    const others = shown.filter(other => other !== key);
    const count = at < this.pinned.peek() ? this.pinned.peek() - 1 : this.pinned.peek();
    others.splice(count, 0, key);
    this.setColumns(others, at < this.pinned.peek() ? count : count + 1);
  }

  move(key: string, to: number): void {
    const others = this.shown.peek().filter(other => other !== key);
    others.splice(to, 0, key);
    this.setColumns(others, this.pinned.peek());
  }

  // -- rows

  /** The cursor goes to a line; `open`: its row is shown beside the table. */
  toCursor(index: number, open: boolean): void {
    const row = this.rows.peek().row(index);
    this.cursor.value = index;
    this.anchor = open || this.anchor < 0 ? index : this.anchor;
    if (row && (open || this.opened.peek())) {
      this.opened.value = row;
    }
  }

  toFull(index: number): void {
    this.opened.value = this.rows.peek().row(index) ?? this.opened.peek();
    this.full.value = this.opened.peek() !== null;
  }

  async toggle(index: number): Promise<void> {
    const rows = this.rows.peek();
    const slot = rows.slot(index);
    this.anchor = index;
    if (isGroup(slot) && rows instanceof Grouped) {
      const members = await rows.membersIn(slot);
      const on = !members.every(row => this.selected.peek().has(row.id));
      this.pick(members, on);
    } else {
      const row = rows.row(index);
      if (row) {
        this.pick([row], !this.selected.peek().has(row.id));
      }
    }
  }

  async range(index: number): Promise<void> {
    const from = this.anchor < 0 ? Math.max(this.cursor.peek(), 0) : this.anchor;
    this.anchor = from;
    const first = Math.min(from, index);
    const last = Math.min(Math.max(from, index), first + MOST_SELECTED - 1);
    const rows = this.rows.peek();
    const found = Array.from({ length: last - first + 1 }, (_, at) => rows.row(first + at));
    this.pick(found.every(row => row !== null) ? (found as TableRow[]) : await rows.all(first, last), true);
  }

  async all(on: boolean): Promise<void> {
    this.selected.value = new Map();
    if (on) {
      this.pick(await this.found(), true);
    }
  }

  /** The rows that are found, however they are grouped, 1,000 at most. */
  async found(): Promise<TableRow[]> {
    const { items } = await this.source.read('table', { ...this.question.peek(), page: 0, page_size: MOST_SELECTED });
    return items.filter(row => !row.problem);
  }

  clear(): void {
    this.selected.value = new Map();
  }

  /** Something changed: what is ticked and not there any more is not ticked either. */
  async reconsider(): Promise<void> {
    const ids = [...this.selected.peek().keys()].slice(0, MOST_LOOKED_AT);
    if (ids.length === 0) {
      return;
    }
    const read = this.source.read('table', {
      objects: ids,
      object_type: this.kind.type,
      page_size: ids.length,
      archived: this.archived.peek(),
    });
    const there = await read.then(
      ({ items }) => new Set(items.map(row => row.id)),
      () => null, // the table says what is the matter
    );
    const gone = there ? ids.filter(id => !there.has(id)) : [];
    if (gone.length > 0) {
      this.selected.value = new Map([...this.selected.peek()].filter(([id]) => !gone.includes(id)));
    }
  }

  /** What is searched for, and a query beside it. */
  queryWith(query: string): string {
    const searched = this.query.peek();
    return both(query ? queryOf(searched) : searched, query);
  }

  /** Search for those of a group only. */
  narrow(where: string): void {
    batch(() => {
      this.query.value = this.queryWith(where);
      this.groupBy.value = '';
    });
  }

  /** Compare rows: those of several groups as these groups. */
  async compare(ids: string[]): Promise<void> {
    const grouping = this.kind.type === 'experiment' ? comparedBy(this.groupBy.peek()) : null;
    const groups = grouping
      ? await this.source.read('comparison', { objects: ids, ...grouping }).then(
          answer => answer.groups?.length ?? 0,
          () => 0, // the comparison says what is the matter
        )
      : 0;
    const together = groups > 1 && groups < ids.length;
    this.compared.value = { ids, options: together ? { ...grouping, band: 'minmax' } : {} };
  }

  pick(rows: readonly TableRow[], on: boolean): void {
    const next = new Map(this.selected.peek());
    for (const row of rows) {
      if (on) {
        next.set(row.id, row);
      } else {
        next.delete(row.id);
      }
    }
    this.selected.value = next;
  }

  // -- options

  private options(): Options {
    return {
      query: this.answered,
      filters: this.filters.value,
      order_by: this.order.value,
      archived: this.archived.value,
      columns: this.chosen.value,
      pinned: this.pinned.value,
      widths: this.widths.value,
      group_by: this.groupBy.value,
      selected: [...this.selected.value.keys()].slice(0, TOLD),
    };
  }

  private set(options: Options): void {
    const given = (name: string) => name in options;
    batch(() => {
      this.query.value = given('query') ? textOf(options.query) : this.query.peek();
      this.order.value = given('order_by') ? textOf(options.order_by, NEWEST) || NEWEST : this.order.peek();
      this.archived.value = given('archived') ? options.archived === true : this.archived.peek();
      this.chosen.value = given('columns') ? textsOf(options.columns) : this.chosen.peek();
      this.groupBy.value = given('group_by') ? textOf(options.group_by) : this.groupBy.peek();
      this.pinned.value = typeof options.pinned === 'number' ? options.pinned : this.pinned.peek();
      if (given('filters')) {
        this.filters.value = { ...NOTHING_CHOSEN, ...(options.filters as Partial<Chosen>) };
      }
      if (given('widths')) {
        this.widths.value = { ...(options.widths as Record<string, number>) };
      }
    });
  }

  /** Tick the rows that are named. */
  private tick({ selected }: Options): void {
    const objects = textsOf(selected);
    if (objects.length === 0) {
      if (selected !== undefined) {
        this.selected.value = new Map();
      }
      return;
    }
    const { type: object_type } = this.kind;
    const read = this.source.read('table', {
      objects,
      object_type,
      page_size: objects.length,
      archived: this.archived.peek(),
    });
    read.then(
      ({ items }) => {
        this.selected.value = new Map(items.filter(row => !row.problem).map(row => [row.id, row] as const));
      },
      () => undefined, // the table says what is the matter
    );
  }
}

/** When the day began. */
function today(): number {
  return new Date().setHours(0, 0, 0, 0);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
