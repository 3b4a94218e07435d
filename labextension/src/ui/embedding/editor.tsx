// The editor of an embed: what to show of which experiments, clicked together, with how many there are now and how it looks.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { mount } from '../mount';
import { copyText } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import { integer } from '../parts/format';
import { useLive } from '../parts/live';
import { followTheme, ThemeProvider } from '../parts/theme';
import type { FieldsAnswer, View } from '../protocol';
import { type Source, wordsOf } from '../source';
import { type Row, rowsOf, withRows } from './conditions';
import { deskOf, type OpenNotebook } from './desk';
import { pythonOf } from './python';
import { askedOf, EVERYTHING, type Parameters } from './query';
import { snippet } from './url';
import { viewOf, WhatPart, whatOf } from './what';
import { WhichPart } from './which';
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
