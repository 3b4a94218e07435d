// Everything a person sees: shows a view in an element until the signal aborts.

import { type ReadonlySignal, type Signal, signal as stateOf, useComputed, useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { OwnerProvider } from './embedding/embedding';
import { integer } from './parts/format';
import { type Place, Trail } from './parts/going';
import { followKeys } from './parts/keys';
import { lazy } from './parts/lazy';
import { ActiveProvider, followScreen, useLive } from './parts/live';
import { ConnectionLine, Empty, Problem, SkeletonTiles } from './parts/states';
import { followTheme, ThemeProvider } from './parts/theme';
import { ToastProvider } from './parts/toast';
import type { View, ViewOptions } from './protocol';
import { readScrolled, type Scrolled, scrollTo } from './scrolled';
import type { Source } from './source';
import { filling, type Host, type Mode, type Standing, StandingProvider } from './standing';

const tiles = () => <SkeletonTiles />;

// The code of each view comes when the first of them is seen, with that of the tab it opens on.
const ExperimentView = lazy(async () => {
  const [{ ExperimentView }] = await Promise.all([import('./views/experiment'), import('./views/scalars')]);
  return ExperimentView;
});
const ModelView = lazy(async () => (await import('./views/model')).ModelView);
const Corner = lazy(
  async () => (await import('./embedding/corner')).Corner,
  () => null,
);
const ComparisonView = lazy(async () => (await import('./views/comparison')).ComparisonView, tiles);
const ModelComparison = lazy(async () => (await import('./views/model/comparison')).ModelComparison, tiles);
const TableView = lazy(async () => (await import('./views/table')).TableView);
const HomeView = lazy(async () => (await import('./views/home')).HomeView);
const ScalarsTab = lazy(async () => (await import('./views/scalars')).ScalarsTab, tiles);
const PlotsTab = lazy(async () => (await import('./views/plots')).PlotsTab, tiles);
const SamplesTab = lazy(async () => (await import('./views/samples')).SamplesTab, tiles);
const ReportsView = lazy(async () => (await import('./views/reports')).ReportsView);
const ClaimView = lazy(async () => (await import('./views/claim')).ClaimView);
const SingleView = lazy(async () => (await import('./views/single')).SingleView);

/** Kinds of views that are a part of something. */
const PARTS = new Set<View['kind']>(['scalars', 'single', 'plot', 'samples', 'comparison']);
const DEFAULT_HEIGHT = 460;
/** How often it is looked whether an experiment still runs. */
const RUNNING_REST_MS = 5_000;
/** How often the query of a view is asked again. */
const QUERY_REST_MS = 3_000;
/** Kinds that scroll inside a height of their own; the others are as high as what they show. */
const FIXED = new Set<View['kind']>([
  'experiment',
  'model',
  'comparison',
  'scalars',
  'samples',
  'plot',
  'table',
  'home',
  'reports',
]);

/** Told about a choice a person made that is one of the view's options, so that it can be kept. */
export type OnOptions = (patch: Partial<ViewOptions>) => void;

export interface Mounted {
  /** Show another view of the same kind in its place; what a person chose otherwise stays. */
  update(view: View): void;
}

export function mount(
  el: HTMLElement,
  view: View,
  source: Source,
  signal: AbortSignal,
  onOptions?: OnOptions,
  host: Host | null = null,
): Mounted {
  const root = el.ownerDocument.createElement('div');
  root.className = 'trackkit';
  root.dataset.kind = view.kind;
  if (PARTS.has(view.kind) && view.options.metrics?.length) {
    root.dataset.part = '';
  }
  // Typing here must not trigger the notebook's commands.
  root.dataset.lmSuppressShortcuts = 'true';
  size(root, view);
  el.replaceChildren(root);
  const own = view.options.theme;
  const theme = followTheme(root, own === 'dark' ? true : own === 'light' ? false : null, signal);
  const active = followScreen(root, signal);
  const shown = stateOf(view);
  // What a person chose since: the view as it is now, for wherever it goes on.
  let chosen: Partial<ViewOptions> = {};
  const keep: OnOptions = patch => {
    chosen = { ...chosen, ...patch };
    onOptions?.(patch);
  };
  const mode = stateOf<Mode | null>(
    view.kind === 'experiment' && !view.options.whole ? (host?.mode ?? 'compact') : null,
  );
  const fill = filling(root, mode, signal);
  const standing: Standing = {
    mode,
    root,
    host,
    switchTo: wanted => {
      if (!host) {
        fill(wanted);
        return;
      }
      const { options } = shown.peek();
      const scrolled = readScrolled(root, options.scrolled as Scrolled | undefined);
      host.go(wanted, { ...shown.peek(), options: { ...options, ...chosen, scrolled } });
    },
    viewOf: (id, title) => ({ ...shown.peek(), kind: 'experiment', objects: [id], query: null, options: {}, title }),
  };
  if (view.options.scrolled) {
    scrollTo(root, view.options.scrolled as Scrolled, signal);
  }
  followKeys(root, signal);
  render(
    <ThemeProvider value={theme}>
      <ActiveProvider value={active}>
        <StandingProvider value={standing}>
          <ToastProvider>
            <Shown shown={shown} source={source} onOptions={keep} />
          </ToastProvider>
        </StandingProvider>
        <ConnectionLine connected={source.connected} />
      </ActiveProvider>
    </ThemeProvider>,
    root,
  );
  signal.addEventListener(
    'abort',
    () => {
      render(null, root);
      root.remove();
    },
    { once: true },
  );
  return {
    update: next => {
      size(root, next);
      shown.value = next;
    },
  };
}

function size(root: HTMLElement, view: View): void {
  const { width, height } = view.options;
  const fixed = FIXED.has(view.kind);
  if (height !== undefined || fixed) {
    const wanted = length(height ?? DEFAULT_HEIGHT);
    // In pixels it is that of an experiment as most are: its knobs come on top, and cut no chart.
    const grows = view.kind === 'experiment' && wanted.endsWith('px');
    root.toggleAttribute('data-grows', grows);
    root.style.setProperty('--tk-height', grows ? wanted : '');
    root.style.height = grows ? '' : wanted;
  }
  if (width !== undefined) {
    root.style.width = length(width);
  }
}

function length(value: number | string): string {
  return typeof value === 'number' || /^\d+$/.test(value) ? `${value}px` : value;
}

interface ViewOfProps {
  source: Source;
  onOptions?: OnOptions | undefined;
}

function Shown({ shown, ...others }: ViewOfProps & { shown: Signal<View> }) {
  const { source } = others;
  const draw = ({ kind, id, title }: Place) => (
    <ViewOf view={{ ...shown.peek(), kind, objects: [id], query: null, options: {}, title }} source={source} />
  );
  return (
    <Trail draw={draw}>
      <ViewOf view={shown.value} {...others} />
    </Trail>
  );
}

function ViewOf({ view, source, onOptions, asked = view }: ViewOfProps & { view: View; asked?: View }) {
  const { kind, objects, options } = view;
  const [first] = objects;
  if (kind === 'message') {
    return <Message view={view} />;
  }
  if (kind === 'table' && (first !== undefined || !view.query)) {
    return <TableView source={source} view={view} onOptions={onOptions} />;
  }
  if (kind === 'home') {
    return <HomeView source={source} view={view} onOptions={onOptions} />;
  }
  if (kind === 'reports') {
    return <ReportsView source={source} view={view} onOptions={onOptions} />;
  }
  if (kind === 'claim') {
    return <ClaimView source={source} view={view} />;
  }
  if (first === undefined && view.query) {
    return <Chosen view={view} source={source} onOptions={onOptions} />;
  }
  if (first === undefined) {
    return <Empty>Nothing here yet: the view names nothing to show.</Empty>;
  }
  const isPart = PARTS.has(kind) && !options.preview;
  return (
    <OwnerProvider value={kind === 'model' || options.object_type === 'model' ? 'model' : 'experiment'}>
      {isPart && <Corner view={asked} objects={objects} source={source} />}
      <OfKind view={view} source={source} onOptions={onOptions} first={first} />
    </OwnerProvider>
  );
}

function OfKind({ view, source, onOptions, first }: ViewOfProps & { view: View; first: string }) {
  const { kind, objects, options } = view;
  switch (kind) {
    case 'experiment':
      return <ExperimentView source={source} id={first} options={options} onOptions={onOptions} />;
    case 'model':
      return <ModelView source={source} id={first} options={options} onOptions={onOptions} />;
    case 'comparison':
      if (options.object_type === 'model') {
        return <ModelComparison source={source} view={view} onOptions={onOptions} />;
      }
      return <ComparisonView source={source} view={view} onOptions={onOptions} />;
    case 'single':
      return <SingleView source={source} objects={objects} options={options} />;
    case 'scalars':
    case 'plot':
    case 'samples':
      return <Alone kind={kind} source={source} objects={objects} options={options} onOptions={onOptions} />;
    default:
      return <Problem error={`This version of trackkit does not know views of kind "${kind}".`} />;
  }
}

/** What the query of a view means now, and a moment later. */
function Chosen({ view, source, onOptions }: ViewOfProps & { view: View }) {
  const again = useSignal(0);
  useEffect(() => {
    const timer = setInterval(() => again.value++, QUERY_REST_MS);
    return () => clearInterval(timer);
  }, []);
  const object_type = view.options.object_type === 'model' || view.kind === 'model' ? 'model' : 'experiment';
  const query = JSON.stringify(view.query);
  const ask = (signal: AbortSignal) => source.read('resolve', { query, object_type }, signal);
  const { value, error } = useLive(source, [source.storeId], ask, [query, again.value]);
  const found = value.value?.objects.join();
  const chosen = useMemo(() => ({ ...view, query: null, objects: found?.split(',') ?? [] }), [view, found]);
  if (found) {
    const more = value.value?.more ?? 0;
    return (
      <>
        {more > 0 && (
          <p class="tk-left-out" role="status">
            The first {integer(chosen.objects.length)} that the query finds are shown, {integer(more)} more are not.
          </p>
        )}
        <ViewOf view={chosen} source={source} onOptions={onOptions} asked={view} />
      </>
    );
  }
  if (error.value) {
    return <Problem error={error.value} />;
  }
  return found === undefined ? <SkeletonTiles /> : <Empty>The query of this view finds nothing now.</Empty>;
}

interface AloneProps {
  kind: 'scalars' | 'plot' | 'samples';
  source: Source;
  objects: string[];
  options: ViewOptions;
  onOptions?: OnOptions | undefined;
}

/** A tab of the experiment as a view of its own. */
function Alone({ kind, ...common }: AloneProps) {
  const { source, objects } = common;
  const live = useRunning(source, objects);
  return (
    <div class="tk-panel tk-alone">
      {kind === 'scalars' && <ScalarsTab {...common} live={live} />}
      {kind === 'plot' && <PlotsTab {...common} live={live} />}
      {kind === 'samples' && <SamplesTab {...common} live={live} />}
    </div>
  );
}

function useRunning(source: Source, objects: string[]): ReadonlySignal<boolean> {
  const read = (signal: AbortSignal) =>
    Promise.all(objects.slice(0, 1).map(id => source.read('experiment', { id }, signal)));
  const records = useLive(source, objects, read, [objects.join()], RUNNING_REST_MS);
  return useComputed(() => records.value.value?.some(record => record.status === 'running') ?? false);
}

function Message({ view }: { view: View }) {
  const { text, code } = view.options;
  return (
    <Empty code={typeof code === 'string' ? code : undefined}>{typeof text === 'string' ? text : view.title}</Empty>
  );
}
