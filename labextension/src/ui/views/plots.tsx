// The Plots tab: the newest figure of each metric and variant.

import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Bench } from '../charts/bench';
import { FigureCard } from '../charts/figurecard';
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

export function wantedPlots(plots: readonly PlotEntry[], { metrics, variants }: ViewOptions): PlotEntry[] {
  const in_ = (names: string[] | undefined, name: string) => !names?.length || names.includes(name);
  return plots.filter(plot => in_(metrics, plot.metric) && in_(variants, plot.variant));
}

export function PlotsTab({ source, objects, options }: PlotsTabProps) {
  const live = useLive(
    source,
    objects,
    signal => source.read('plots', { objects }, signal),
    [objects.join()],
    PLOTS_MS,
  );
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const filter = useNameFilter();
  const answer = live.value.value;
  const several = objects.length > 1;
  const plots = useMemo(
    () =>
      wantedPlots(answer?.plots ?? [], options).map(entry => ({ entry, id: entry.id, title: titleOf(entry, several) })),
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
  const shown = plots.filter(plot => !hidden.value.has(plot.id) && filter.matches(plot.title));
  const [only] = plots;
  if (only && plots.length === 1 && options.metrics?.length) {
    return (
      <div class="tk-plots-tab tk-plots-only">
        <Grid items={plots}>
          {({ id, entry, title }, width) => <FigureCard key={id} {...{ source, entry, title, width }} />}
        </Grid>
      </div>
    );
  }
  const tools = (
    <PlotList
      plots={plots}
      filter={filter}
      hidden={hidden}
      onHidden={next => {
        hidden.value = next;
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
          <Grid items={shown}>
            {({ id, entry, title }, width) => <FigureCard key={id} {...{ source, entry, title, width }} />}
          </Grid>
        )}
      </Bench>
    </div>
  );
}
