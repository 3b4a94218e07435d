// The editor of an embed: what to show of which experiments, clicked together, with how many there are now and how it looks.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { Plus, X } from 'lucide';
import { render } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { mount } from '../mount';
import { copyText } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import { integer } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { followTheme, ThemeProvider } from '../parts/theme';
import type { FieldsAnswer, View } from '../protocol';
import { type Source, wordsOf } from '../source';
import { hyperparameterOf, keyOf, pairOf, STATISTICS } from './choices';
import { type Row, RowEditor, rowsOf, withRows } from './conditions';
import { deskOf, type OpenNotebook } from './desk';
import { Suggesting, Tokens } from './fields';
import { metricId } from './md5';
import { pythonOf } from './python';
import { type Asked, askedOf, EVERYTHING, type Order, type Parameters, parametersOf, type Statistic } from './query';
import { type EmbedType, snippet, TYPES, typeOf } from './url';
import '../styles/embedding.css';

const PAUSE_MS = 300;
const NONE: FieldsAnswer = {
  hyperparameters: [],
  metrics: [],
  monitored: [],
  properties: [],
  projects: {},
  tags: {},
  users: [],
  frameworks: [],
};
const SHOWN: [EmbedType, string][] = [
  ['scalar', 'Scalars'],
  ['plot', 'Plots'],
  ['single', 'Single values'],
  ['sample', 'Debug samples'],
  ['parcoords', 'Parallel coordinates'],
  ['comparison', 'Comparison'],
];
const AXES = [
  ['iterations', 'Iterations'],
  ['relative', 'Relative'],
  ['wall', 'Wall'],
] as const;
const ORDERS: [Order, string][] = [
  ['last_update', 'Last update'],
  ['created', 'Created'],
  ['name', 'Name'],
  ['metric', 'Metric'],
  ['hyperparameter', 'Hyperparameter'],
];
const DIRECTIONS: Partial<Record<Order, [string, string]>> = {
  last_update: ['Newest first', 'Oldest first'],
  created: ['Newest first', 'Oldest first'],
  name: ['Z to A', 'A to Z'],
};
const ADDED: [Row['field'], string][] = [
  ['project', 'Project'],
  ['tags', 'Tags'],
  ['status', 'Status'],
  ['name', 'Name'],
  ['hyperparameter', 'Hyperparameter'],
  ['metric', 'Metric'],
  ['query', 'Query'],
];

export interface Composing {
  view: View | null;
  source: Source;
  /** Of the view that is edited; without it, a new one is put into a notebook. */
  onChange?: ((view: View) => Promise<void>) | undefined;
  onClose: () => void;
}

/** Show the editor over the page until it is closed. */
export function compose(el: HTMLElement, composing: Composing, signal: AbortSignal): void {
  const root = el.ownerDocument.createElement('div');
  root.className = 'trackkit tk-composer';
  root.dataset.lmSuppressShortcuts = 'true';
  el.append(root);
  const theme = followTheme(root, null, signal);
  render(
    <ThemeProvider value={theme}>
      <Editor {...composing} />
    </ThemeProvider>,
    root,
  );
  signal.addEventListener('abort', () => {
    render(null, root);
    root.remove();
  });
}

/** What is shown of the objects. */
interface What {
  type: EmbedType;
  isModel: boolean;
  metric: string;
  variants: string[];
  xaxis: (typeof AXES)[number][0];
  statistic: Statistic;
}

function whatOf(view: View | null, metrics: FieldsAnswer['metrics']): What {
  const { options } = view ?? { options: {} as View['options'] };
  const type = (view ? typeOf(view) : 'scalar') as EmbedType;
  const [first = ''] = options.metrics ?? [];
  const named = type === 'parcoords' && metrics.find(([m, v]) => metricId(m, v) === first);
  return {
    type: type in TYPES ? type : 'scalar',
    isModel: options.object_type === 'model',
    metric: named ? keyOf(named) : first,
    variants: options.variants ?? [],
    xaxis: options.xaxis ?? 'iterations',
    statistic: (options.value_type as Statistic | undefined) ?? 'value',
  };
}

function viewOf(what: What, asked: Asked, from: View | null, source: Source, metrics: FieldsAnswer['metrics']): View {
  const { type, isModel, metric, variants, xaxis, statistic } = what;
  const options = { ...from?.options };
  for (const name of ['type', 'metrics', 'variants', 'xaxis', 'value_type', 'object_type', 'whole', 'scrolled']) {
    delete options[name];
  }
  const isId = /^[0-9a-f]{32}\.[0-9a-f]{32}/.test(metric);
  const named = type === 'parcoords' && metric && !isId ? metricId(...pairOf(metric, metrics)) : metric;
  return {
    version: 1,
    kind: TYPES[type],
    store: { id: source.storeId, path: null },
    objects: [],
    query: parametersOf(asked),
    options: {
      ...options,
      ...(type === 'parcoords' && { type, value_type: statistic }),
      ...(isModel && { object_type: 'model' }),
      ...(named && { metrics: [named] }),
      ...(variants.length > 0 && { variants }),
      ...(type === 'scalar' && xaxis !== 'iterations' && { xaxis }),
    },
    title: '',
  };
}

function Editor({ view, source, onChange, onClose }: Composing) {
  const live = useLive(source, [source.storeId], signal => source.read('fields', {}, signal), []);
  const fields = live.value.value;
  return (
    <Dialog title={onChange ? 'Edit query' : 'Insert embed'} class="tk-compose-window" onClose={onClose}>
      {fields || live.error.value ? (
        <Form fields={fields ?? NONE} {...{ view, source, onChange, onClose }} />
      ) : (
        <div class="tk-compose" aria-busy="true" />
      )}
    </Dialog>
  );
}

function Form({ view, source, onChange, onClose, fields }: Composing & { fields: FieldsAnswer }) {
  const first = useMemo(() => {
    const parameters = view?.query as Parameters | undefined;
    const named = view?.objects.length ? { id: view.objects } : undefined;
    return parameters || named ? askedOf(parameters ?? (named as Parameters), fields.metrics) : EVERYTHING;
  }, []);
  const what = useSignal(whatOf(view, fields.metrics));
  const asked = useSignal(first);
  const rows = useSignal<Row[]>(rowsOf(first));
  const made = useComputed(() => viewOf(what.value, withRows(asked.value, rows.value), view, source, fields.metrics));
  const settled = useSettled(made);
  return (
    <>
      <div class="tk-compose">
        <div class="tk-compose-form">
          <WhatPart what={what} fields={fields} />
          <WhichPart asked={asked} rows={rows} fields={fields} />
        </div>
        <Preview view={settled} source={source} />
      </div>
      <Foot {...{ made, settled, source, onChange, onClose }} />
    </>
  );
}

/** The view as it was when the hand last paused. */
function useSettled(made: Signal<View> | { readonly value: View; peek(): View }): Signal<View> {
  const settled = useSignal(made.peek());
  useEffect(() => {
    const text = JSON.stringify(made.value);
    if (text === JSON.stringify(settled.peek())) {
      return;
    }
    const timer = setTimeout(() => {
      settled.value = JSON.parse(text) as View;
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [made.value]);
  return settled;
}

function WhatPart({ what, fields }: { what: Signal<What>; fields: FieldsAnswer }) {
  const set = (patch: Partial<What>) => {
    what.value = { ...what.value, ...patch };
  };
  const { type, isModel, metric, variants, xaxis, statistic } = what.value;
  const pairs = [...fields.metrics, ...fields.monitored];
  const isParallel = type === 'parcoords';
  const names = isParallel ? fields.metrics.map(keyOf) : [...new Set(pairs.map(([name]) => name))];
  const parts = isParallel
    ? fields.hyperparameters.map(([section, name]) => `${section}.${name}`)
    : [...new Set(pairs.filter(([name]) => !metric || name === metric).map(([, variant]) => variant))];
  return (
    <fieldset class="tk-compose-part">
      <legend>Show</legend>
      <div class="tk-compose-line">
        <Select label="Type" value={type} choices={SHOWN} onChange={value => set({ type: value })} />
        <Select
          label="Of"
          value={isModel ? 'model' : 'experiment'}
          choices={[
            ['experiment', 'Experiments'],
            ['model', 'Models'],
          ]}
          onChange={value => set({ isModel: value === 'model' })}
        />
        {type === 'scalar' && (
          <Select label="Horizontal axis" value={xaxis} choices={AXES} onChange={value => set({ xaxis: value })} />
        )}
        {isParallel && (
          <Select label="Value" value={statistic} choices={STATISTICS} onChange={value => set({ statistic: value })} />
        )}
      </div>
      {type !== 'comparison' && (
        <div class="tk-compose-line">
          <Suggesting
            label={type === 'single' ? 'Name' : 'Metric'}
            placeholder="All"
            value={metric}
            choices={names}
            onChange={value => set({ metric: value })}
          />
          {type !== 'single' && (
            <Tokens
              label={isParallel ? 'Hyperparameters' : 'Variants'}
              placeholder="All"
              values={variants}
              choices={parts}
              onChange={values => set({ variants: values })}
            />
          )}
        </div>
      )}
    </fieldset>
  );
}

interface WhichProps {
  asked: Signal<Asked>;
  rows: Signal<Row[]>;
  fields: FieldsAnswer;
}

function WhichPart({ asked, rows, fields }: WhichProps) {
  const set = (patch: Partial<Asked>) => {
    asked.value = { ...asked.value, ...patch };
  };
  const put = (at: number, row: Row | null) => {
    rows.value = row ? rows.value.with(at, row) : rows.value.filter((_, index) => index !== at);
  };
  const add = (field: Row['field']) => {
    rows.value = [...rows.value, NEW[field]];
  };
  const { order, by, statistic, descending, most, archived, others } = asked.value;
  const further = Object.keys(others);
  return (
    <fieldset class="tk-compose-part">
      <legend>Which</legend>
      {rows.value.length === 0 && <p class="tk-faint">All there are. Conditions narrow them.</p>}
      {rows.value.map((row, at) => (
        <fieldset key={`${at} ${row.field}`} class="tk-compose-condition" aria-label={nameOf(row.field)}>
          <span class="tk-compose-name">{nameOf(row.field)}</span>
          <RowEditor row={row} fields={fields} onChange={changed => put(at, changed)} />
          <Button label={`Remove ${nameOf(row.field).toLowerCase()}`} icon={X} onClick={() => put(at, null)} />
        </fieldset>
      ))}
      <fieldset class="tk-compose-adds" aria-label="Add a condition">
        {ADDED.map(([field, name]) => (
          <button key={field} type="button" class="tk-button tk-compose-add" onClick={() => add(field)}>
            <Icon of={Plus} size={12} />
            {name}
          </button>
        ))}
      </fieldset>
      {further.length > 0 && (
        <p class="tk-faint tk-compose-further">
          Kept as they are: <code>{further.join(', ')}</code>{' '}
          <button type="button" class="tk-link" onClick={() => set({ others: {} })}>
            Remove
          </button>
        </p>
      )}
      <div class="tk-compose-line">
        <Select
          label="Order by"
          value={order}
          choices={ORDERS}
          onChange={value => set({ order: value, by: ['', ''] })}
        />
        {order === 'metric' && (
          <>
            <Suggesting
              label="Metric to order by"
              value={by[0] && keyOf(by)}
              choices={fields.metrics.map(keyOf)}
              onChange={text => set({ by: pairOf(text, fields.metrics) })}
            />
            <Select
              label="Statistic to order by"
              value={statistic}
              choices={STATISTICS}
              onChange={value => set({ statistic: value })}
            />
          </>
        )}
        {order === 'hyperparameter' && (
          <Suggesting
            label="Hyperparameter to order by"
            value={by[1] && `${by[0]}/${by[1]}`}
            choices={fields.hyperparameters.map(pair => pair.join('/'))}
            onChange={text => set({ by: hyperparameterOf(text) })}
          />
        )}
        <Select
          label="Direction"
          value={descending ? 'down' : 'up'}
          choices={[
            ['down', DIRECTIONS[order]?.[0] ?? 'Highest first'],
            ['up', DIRECTIONS[order]?.[1] ?? 'Lowest first'],
          ]}
          onChange={value => set({ descending: value === 'down' })}
        />
        <label class="tk-compose-field tk-compose-few">
          At most
          <input
            class="tk-input tk-number"
            type="number"
            min={1}
            max={500}
            placeholder="all"
            value={most}
            onInput={event => set({ most: event.currentTarget.value.replace(/\D/g, '').replace(/^0+/, '') })}
          />
        </label>
      </div>
      <label class="tk-compose-check">
        <input type="checkbox" checked={archived} onChange={event => set({ archived: event.currentTarget.checked })} />
        Archived ones too
      </label>
    </fieldset>
  );
}

const NEW: { [F in Row['field']]: Row } = {
  project: { field: 'project', value: '', within: true },
  tags: { field: 'tags', op: 'any', values: [] },
  status: { field: 'status', values: [] },
  name: { field: 'name', value: '' },
  hyperparameter: { field: 'hyperparameter', section: '', name: '', values: [] },
  metric: { field: 'metric', metric: '', variant: '', statistic: 'value', low: '', high: '' },
  query: { field: 'query', value: '' },
};

function nameOf(field: Row['field']): string {
  return ADDED.find(([known]) => known === field)?.[1] ?? field;
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

function Select<T extends string>({ label, value, choices, onChange }: SelectProps<T>) {
  return (
    <label class="tk-compose-field">
      {label}
      <select class="tk-choice" value={value} onChange={event => onChange(event.currentTarget.value as T)}>
        {choices.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

function Preview({ view, source }: { view: Signal<View>; source: Source }) {
  const place = useRef<HTMLDivElement>(null);
  const shown = view.value;
  const lacks = shown.options.type === 'parcoords' && !shown.options.metrics;
  useEffect(() => {
    if (lacks) {
      return;
    }
    const mounted = new AbortController();
    const { width: _, theme: __, ...options } = shown.options;
    const inside = { ...shown, options: { ...options, height: '100%', preview: true } };
    mount(place.current as HTMLElement, inside, source, mounted.signal);
    return () => mounted.abort();
  }, [shown, lacks]);
  return (
    <section class="tk-compose-preview" aria-label="Preview">
      {lacks && <p class="tk-nothing">Parallel coordinates need a metric.</p>}
      <div ref={place} class="tk-compose-place" hidden={lacks} />
    </section>
  );
}

/** How many objects a query finds now, all in all and on its page. */
function useCount(source: Source, view: Signal<View>) {
  const { query, options } = view.value;
  const object_type = options.object_type === 'model' ? 'model' : 'experiment';
  const { page_size: _, page: __, ...all } = query ?? {};
  const texts = [JSON.stringify(query), JSON.stringify(all)];
  return useLive(
    source,
    [source.storeId],
    async signal => {
      const [shown, found] = await Promise.all(
        texts.map(text => source.read('resolve', { query: text, object_type }, signal)),
      );
      return { shown: shown?.objects.length ?? 0, found: found?.objects.length ?? 0 };
    },
    [object_type, ...texts],
  );
}

interface FootProps extends Pick<Composing, 'source' | 'onChange' | 'onClose'> {
  made: { peek(): View };
  settled: Signal<View>;
}

function Foot({ made, settled, source, onChange, onClose }: FootProps) {
  const id = useId();
  const { value, error } = useCount(source, settled);
  const said = useSignal('');
  const problem = useSignal('');
  const found = useSignal<OpenNotebook[]>([]);
  const chosen = useSignal('');
  useEffect(() => {
    void deskOf()?.then(desk => {
      found.value = desk.notebooks();
      chosen.value = found.value[0]?.id ?? '';
    });
  }, []);
  const places = found.value;
  const what = settled.value.options.object_type === 'model' ? 'model' : 'experiment';
  const attempt = async (act: () => Promise<unknown>, done?: string) => {
    problem.value = '';
    try {
      await act();
      said.value = done ?? '';
      if (done === undefined) {
        onClose();
      }
    } catch (reason) {
      problem.value = wordsOf(reason);
    }
  };
  const refused = problem.value || (error.value && wordsOf(error.value));
  return (
    <div class="tk-form-foot tk-compose-foot">
      <span class={refused ? 'tk-field-problem tk-compose-count' : 'tk-compose-count'} role="status" id={id}>
        {refused || said.value || countOf(value.value, what)}
      </span>
      <button
        type="button"
        class="tk-button"
        onClick={() => void attempt(() => copyText(snippet(made.peek())), 'Iframe snippet copied')}
      >
        Copy iframe snippet
      </button>
      <button
        type="button"
        class="tk-button"
        onClick={() => void attempt(() => copyText(pythonOf(made.peek())), 'Python copied')}
      >
        Copy Python
      </button>
      {!onChange && places.length > 1 && (
        <select
          class="tk-choice"
          aria-label="Notebook"
          value={chosen.value}
          onChange={event => {
            chosen.value = event.currentTarget.value;
          }}
        >
          {places.map(place => (
            <option key={place.id} value={place.id}>
              {place.name}
            </option>
          ))}
        </select>
      )}
      {(onChange || places.length > 0) && (
        <button
          type="button"
          class="tk-button tk-strong"
          aria-describedby={id}
          onClick={() =>
            void attempt(async () =>
              onChange ? onChange(made.peek()) : (await deskOf())?.insert(chosen.value, made.peek()),
            )
          }
        >
          {onChange ? 'Save' : `Insert into ${places.length === 1 ? places[0]?.name : 'notebook'}`}
        </button>
      )}
    </div>
  );
}

function countOf(count: { shown: number; found: number } | undefined, what: string): string {
  if (!count) {
    return '';
  }
  const { shown, found } = count;
  const all = `${found >= 500 ? '500 or more' : integer(found)} ${what}${found === 1 ? '' : 's'}`;
  const verb = found === 1 ? 'matches' : 'match';
  return shown < found ? `${all} ${verb} now, ${integer(shown)} are shown` : `${all} ${verb} now`;
}
