// Several experiments side by side, in sections that share what is chosen: curves, details, values, and what made the difference.

import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Chips } from '../compare/chips';
import { type Company, CompanyProvider, groupingOf, inColors, textOf, textsOf } from '../compare/company';
import { EmbedButton } from '../embedding/button';
import { lazy } from '../parts/lazy';
import { useLive } from '../parts/live';
import { Empty, Problem, SkeletonTiles } from '../parts/states';
import { type Tab, Tabs } from '../parts/tabs';
import type { ViewOptions } from '../protocol';
import type { ComparisonViewProps } from './props';
import '../styles/comparison.css';

const tiles = () => <SkeletonTiles />;
const scalars = () => import('../compare/scalars');
const Scalars = lazy(async () => (await scalars()).Scalars, tiles);
const tables = () => import('../compare/tables');
const Details = lazy(async () => (await tables()).Details);
const Values = lazy(async () => (await tables()).Values);
const axes = () => import('../compare/axesplots');
const Parallel = lazy(async () => (await axes()).Parallel, tiles);
const ParallelAlone = lazy(async () => (await axes()).ParallelAlone, tiles);
const Scatter = lazy(async () => (await axes()).Scatter, tiles);
const Importance = lazy(async () => (await import('../compare/importance')).Importance);
const Plots = lazy(async () => (await import('../compare/plots')).Plots, tiles);
const SamplesTogether = lazy(async () => (await import('../compare/samples')).SamplesTogether, tiles);

/** The sections: what the options call them, and what they are called. */
const SECTIONS: [key: string, tab: Tab][] = [
  ['scalars', { name: 'Scalars', render: () => <Scalars /> }],
  ['details', { name: 'Details', render: () => <Details /> }],
  ['values', { name: 'Metric values', render: () => <Values /> }],
  ['parallel', { name: 'Parallel coordinates', render: () => <Parallel /> }],
  ['scatter', { name: 'Scatter', render: () => <Scatter /> }],
  ['importance', { name: 'Importance', render: () => <Importance /> }],
  ['plots', { name: 'Plots', render: () => <Plots /> }],
  ['samples', { name: 'Debug samples', render: () => <SamplesTogether /> }],
];
/** As sections were called before. */
const FORMERLY: Record<string, string> = { hyperparameters: 'details', metrics: 'values' };
const REST_MS = 1_000;
/** So many experiments are compared at once. */
const MOST = 1_000;
const TABS = SECTIONS.map(([, tab]) => tab);

export function ComparisonView(props: ComparisonViewProps) {
  const { source, view } = props;
  if (view.options.type === 'parcoords') {
    return (
      <article class="tk-comparison" aria-label={view.title || 'Parallel coordinates'}>
        <ParallelAlone source={source} objects={view.objects} options={view.options} />
      </article>
    );
  }
  return <Sections {...props} />;
}

/** The experiments of a view: what was added and removed since is one of its options. */
function objectsOf(options: ViewOptions, objects: string[]): string[] {
  const chosen = textsOf(options.objects);
  return chosen.length > 0 ? chosen : objects;
}

function Sections({ source, view, onOptions }: ComparisonViewProps) {
  const options = useSignal<ViewOptions>({ ...view.options });
  const objects = useSignal(objectsOf(view.options, view.objects));
  const lit = useSignal<string | null>(null);
  const brushed = useSignal<ReadonlySet<string> | null>(null);
  useEffect(() => {
    // The view was told otherwise: by its traits, or because its query finds others.
    const next = objectsOf(view.options, view.objects);
    if (next.join() !== objects.peek().join()) {
      objects.value = next;
    }
    options.value = { ...view.options };
  }, [view.objects.join(), JSON.stringify(view.options)]);
  useEffect(() => {
    // On its way while it is read what is compared.
    if (['', 'scalars'].includes(textOf(view.options.tab))) {
      scalars().catch(() => undefined);
    }
  }, []);
  const keep = (patch: Partial<ViewOptions>) => {
    options.value = { ...options.peek(), ...patch };
    onOptions?.(patch);
  };
  const ids = objects.value.slice(0, MOST);
  const grouping = groupingOf(options.value);
  const live = useLive(
    source,
    ids,
    signal => source.read('comparison', { objects: ids, ...grouping }, signal),
    [ids.join(), JSON.stringify(grouping)],
    REST_MS,
  );
  const answer = live.value.value;
  const company = useComputed((): Company | null => {
    const found = live.value.value;
    if (!found) {
      return null;
    }
    // While other groups are on their way, or none, those that were there say nothing.
    const isGrouped = Object.keys(groupingOf(options.value)).length > 0;
    const groups = isGrouped ? (found.groups ?? []) : [];
    const heads = inColors(found.experiments, groups);
    const some = brushed.value;
    const base = textOf(options.value.base);
    return {
      source,
      answer: found,
      ids: objects.value.slice(0, MOST),
      more: Math.max(0, objects.value.length - MOST),
      heads,
      shown: some ? heads.filter(head => some.has(head.id)) : heads,
      groups,
      base: heads.some(head => head.id === base) ? base : null,
      lit,
      options: options.value,
      keep,
      setObjects: next => {
        objects.value = next;
        brushed.value = null;
        onOptions?.({ objects: next });
      },
      setBase: id => keep({ base: id ?? '' }),
      setBrushed: next => {
        if (
          [...(next ?? [])].join() !== [...(brushed.peek() ?? [])].join() ||
          (next === null) !== (brushed.peek() === null)
        ) {
          brushed.value = next;
        }
      },
    };
  });
  if (!answer || !company.value) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  const name = textOf(options.value.tab);
  const first = SECTIONS.find(([key, tab]) => key === (FORMERLY[name] ?? name) || tab.name.toLowerCase() === name)?.[1]
    .name;
  return (
    <CompanyProvider value={company as never}>
      <article class="tk-comparison" aria-label={view.title || 'Comparison'}>
        <div class="tk-comparison-head">
          <Chips />
          <EmbedButton
            source={source}
            part={{
              kind: 'comparison',
              objects: answer.experiments.map(head => head.id),
              options: options.value,
            }}
          />
        </div>
        {live.error.value && <Problem error={live.error.value} onRetry={() => live.wake()} />}
        {answer.experiments.length === 0 ? (
          <Empty>None of these experiments is there any more. Add others to compare.</Empty>
        ) : (
          <Tabs
            label="Comparison"
            tabs={TABS}
            first={first ?? 'Scalars'}
            onSelect={chosen => keep({ tab: SECTIONS.find(([, tab]) => tab.name === chosen)?.[0] ?? 'scalars' })}
          />
        )}
      </article>
    </CompanyProvider>
  );
}
