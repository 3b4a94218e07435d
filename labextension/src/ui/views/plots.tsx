// The Plots tab: the newest figure of each metric and variant.

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Bench } from '../charts/bench';
import { FigureCard, OverlaidCard } from '../charts/figurecard';
import { useNameFilter } from '../charts/filter';
import { Grid } from '../charts/grid';
import { PlotList } from '../charts/tools';
import { useLive } from '../parts/live';
import { Empty, Problem, SkeletonTiles } from '../parts/states';
import type { PlotEntry, ViewOptions } from '../protocol';
import type { PlotsTabProps } from './props';

/** While curves grow, plots are looked up no more often than this. */
const PLOTS_MS = 500;

/** The name of a plot: its metric, its variant where that says more, its experiment where there are several. */
export function titleOf(entry: PlotEntry, several: boolean): string {
  const name = entry.metric === entry.variant ? entry.metric : `${entry.metric}/${entry.variant}`;
  return several ? `${name} - ${entry.experiment_name}` : name;
}

/** Those of the metrics and variants, and of the one experiment that `series` names, if it names one of them. */
export function wantedPlots(plots: readonly PlotEntry[], { metrics, variants, series }: ViewOptions): PlotEntry[] {
  const in_ = (names: string[] | undefined, name: string) => !names?.length || names.includes(name);
  const wanted = plots.filter(plot => in_(metrics, plot.metric) && in_(variants, plot.variant));
  const ofSeries = wanted.filter(plot => series === plot.experiment || series === plot.experiment_name);
  return ofSeries.length > 0 ? ofSeries : wanted;
}

/** What one card shows: a plot, or those of one name of several experiments. */
interface Shown {
  id: string;
  title: string;
  entries: PlotEntry[];
}

/** Plots of one name beside one another; in one figure where all of them share axes. */
export function shownTogether(plots: readonly PlotEntry[], several: boolean): Shown[] {
  const named = new Map<string, PlotEntry[]>();
  for (const plot of plots) {
    const name = titleOf(plot, false);
    named.set(name, [...(named.get(name) ?? []), plot]);
  }
  return [...named].flatMap(([name, entries]) =>
    entries.length > 1 && entries.every(entry => entry.overlays)
      ? [{ id: name, title: name, entries }]
      : entries.map(entry => ({ id: entry.id, title: titleOf(entry, several), entries: [entry] })),
  );
}

export function PlotsTab({ source, objects, options, onOptions }: PlotsTabProps) {
  const live = useLive(
    source,
    objects,
    signal => source.read('plots', { objects }, signal),
    [objects.join()],
    PLOTS_MS,
  );
  /** By title. */
  const hidden = useSignal<ReadonlySet<string>>(new Set(options.hidden));
  useEffect(() => {
    hidden.value = new Set(options.hidden);
  }, [options.hidden?.join('\n')]);
  const filter = useNameFilter();
  const answer = live.value.value;
  const several = objects.length > 1;
  const plots = useMemo(
    () => shownTogether(wantedPlots(answer?.plots ?? [], options), several),
    [answer, options, several],
  );
  if (!answer) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  if (plots.length === 0) {
    return (
      <Empty code='exp.log_plot("confusion", "val", figure, iteration=3)'>
        Figures, tables and other plots appear here.
      </Empty>
    );
  }
  const shown = plots.filter(plot => !hidden.value.has(plot.title) && filter.matches(plot.title));
  const card = ({ id, entries, title }: Shown, width: ReadonlySignal<number>) => {
    const [entry] = entries as [PlotEntry];
    return entries.length > 1 ? (
      <OverlaidCard key={id} {...{ source, entries, title, width }} />
    ) : (
      <FigureCard key={id} {...{ source, entry, title, width }} />
    );
  };
  const [only] = plots;
  if (only && plots.length === 1 && options.metrics?.length) {
    return (
      <div class="tk-plots-tab tk-plots-only">
        <Grid items={plots}>{card}</Grid>
      </div>
    );
  }
  const tools = (
    <PlotList
      plots={[...new Set(plots.map(plot => plot.title))].map(title => ({ id: title, title }))}
      filter={filter}
      hidden={hidden}
      onHidden={next => {
        hidden.value = next;
        onOptions?.({ hidden: [...next] });
      }}
    />
  );
  const summary = plots.length === 1 ? '1 plot' : `${shown.length} of ${plots.length} plots`;
  return (
    <div class="tk-plots-tab">
      <Bench tools={tools} summary={summary}>
        {live.error.value && <Problem error={live.error.value} onRetry={() => live.wake()} />}
        {shown.length === 0 ? (
          <p class="tk-nothing">
            {filter.text.value ? 'No plot has that name.' : 'All plots are hidden: the eyes in the settings show them.'}
          </p>
        ) : (
          <Grid items={shown}>{card}</Grid>
        )}
      </Bench>
    </div>
  );
}
