// The curves of some experiments in a grid, with their tools: what the Scalars tab and a comparison have in common.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useActive } from '../parts/live';
import { useFilter } from '../parts/search';
import { Empty, Problem } from '../parts/states';
import type { CurveOptions, ViewOptions } from '../protocol';
import type { Source } from '../source';
import { Bench } from './bench';
import { DEFAULTS } from './chart';
import { Grid } from './grid';
import { LineCard } from './linecard';
import { CurveReader, type CurveSettings } from './reader';
import { clampSmoothing, recall, remember, shelf } from './settings';
import { together } from './together';
import { Choice, PlotList, Smoothing } from './tools';

interface CurvesProps {
  source: Source;
  objects: string[];
  options: ViewOptions;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
  /** Above the curves. */
  children?: ComponentChildren;
}

const GROUPS = [
  ['metric', 'Metric'],
  ['none', 'None'],
] as const;
const AXES = [
  ['iterations', 'Iterations'],
  ['relative', 'Relative'],
  ['wall', 'Wall'],
] as const;

/** What the view asks for, else what was chosen last time, else the plain thing. */
function firstSettings(options: ViewOptions, objects: string[]): CurveSettings & { hidden: string[] } {
  const kept = recall(objects, shelf());
  return {
    groupBy: options.group_by ?? kept.groupBy ?? 'metric',
    xaxis: options.xaxis ?? kept.xaxis ?? 'iterations',
    smoothing: clampSmoothing(options.smoothing ?? kept.smoothing ?? 0),
    hidden: kept.hidden ?? [],
  };
}

/** What the view itself says about the settings. */
function asked({ group_by, xaxis, smoothing }: ViewOptions): Partial<CurveSettings> {
  return {
    ...(group_by && { groupBy: group_by }),
    ...(xaxis && { xaxis }),
    ...(smoothing !== undefined && { smoothing: clampSmoothing(smoothing) }),
  };
}

const MORE = [
  'x_metric',
  'smoothing_kind',
  'smoothing_window',
  'smoothing_sigma',
  'by',
  'over',
  'line',
  'band',
] as const satisfies readonly (keyof CurveOptions)[];

/** What the view asks for that has no tool. */
function more(options: ViewOptions): CurveOptions {
  return Object.fromEntries(MORE.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])));
}

export function Curves({ source, objects, options, onOptions, children }: CurvesProps) {
  const key = objects.join();
  const first = useMemo(() => firstSettings(options, objects), [key]);
  const settings = useSignal<CurveSettings>(first);
  const hidden = useSignal<ReadonlySet<string>>(new Set(first.hidden));
  const filter = useFilter();
  const shared = useMemo(() => together(DEFAULTS, false), [key]);
  const active = useActive();
  const reader = useMemo(
    () => new CurveReader(source, objects, options, settings.peek(), more(options)),
    [source, key, options.metrics?.join('\n'), options.variants?.join('\n'), JSON.stringify(more(options))],
  );
  useEffect(() => () => reader.dispose(), [reader]);
  useSignalEffect(() => {
    if (active.value) {
      const watching = new AbortController();
      reader.wake();
      source.watch(objects, () => reader.wake(), watching.signal);
      return () => watching.abort();
    }
    return undefined;
  });
  const keep = () => remember(objects, { ...settings.peek(), hidden: [...hidden.peek()] }, shelf());
  const change = (patch: Partial<CurveSettings>) => {
    settings.value = { ...settings.value, ...patch };
    reader.configure(settings.value);
    keep();
    const { groupBy, xaxis, smoothing } = settings.value;
    onOptions?.({ group_by: groupBy, xaxis, smoothing });
  };
  const hide = (next: ReadonlySet<string>) => {
    hidden.value = next;
    keep();
  };
  useEffect(() => {
    // The view was told otherwise after it was first shown.
    const { groupBy: group, xaxis: axis, smoothing: weight } = { ...settings.peek(), ...asked(options) };
    const now = settings.peek();
    if (group !== now.groupBy || axis !== now.xaxis || weight !== now.smoothing) {
      settings.value = { groupBy: group, xaxis: axis, smoothing: weight };
      reader.configure(settings.value);
    }
  }, [options.group_by, options.xaxis, options.smoothing]);
  const { groupBy, xaxis, smoothing } = settings.value;
  const slots = reader.slots.value;
  const shown = slots.filter(slot => !hidden.value.has(slot.id) && filter.matches(slot.title));
  const tools = (
    <>
      <Choice label="Group by" value={groupBy} choices={GROUPS} onChange={value => change({ groupBy: value })} />
      <Choice label="Horizontal axis" value={xaxis} choices={AXES} onChange={value => change({ xaxis: value })} />
      <Smoothing value={smoothing} onChange={value => change({ smoothing: value })} />
      <PlotList plots={slots} filter={filter} hidden={hidden} onHidden={hide} />
    </>
  );
  const summary = useComputed(() => summaryOf(settings.value));
  return (
    <Bench tools={tools} dock={!options.metrics?.length} summary={summary.value}>
      {children}
      {reader.error.value && <Problem error={reader.error.value} onRetry={() => reader.wake()} />}
      {slots.length === 0 ? (
        <Waiting ready={reader.ready.value} late={reader.late.value} filtered={Boolean(options.metrics?.length)} />
      ) : (
        <Shown none={shown.length === 0} hidden={hidden.value.size > 0}>
          <Grid cards={shown.length}>
            {width =>
              shown.map(slot => (
                <LineCard key={slot.id} {...{ slot, reader, objects, xaxis, width }} together={shared} />
              ))
            }
          </Grid>
        </Shown>
      )}
    </Bench>
  );
}

function summaryOf({ groupBy, xaxis, smoothing }: CurveSettings): string {
  const parts = [AXES.find(([key]) => key === xaxis)?.[1] ?? ''];
  if (groupBy === 'none') {
    parts.push('ungrouped');
  }
  if (smoothing > 0) {
    parts.push(`smoothing ${smoothing}`);
  }
  return parts.join(' · ');
}

function Waiting({ ready, late, filtered }: { ready: boolean; late: boolean; filtered: boolean }) {
  if (ready) {
    const text = filtered ? 'The metrics this view asks for appear here.' : 'Curves of what is logged appear here.';
    return <Empty code='track.log({"loss/train": 0.31}, iteration=3)'>{text}</Empty>;
  }
  if (!late) {
    return null;
  }
  return (
    <div class="tk-grid tk-waiting" aria-hidden="true">
      {[0, 1, 2].map(card => (
        <div key={card} class="tk-chart tk-bone-card" />
      ))}
    </div>
  );
}

function Shown({ none, hidden, children }: { none: boolean; hidden: boolean; children: ComponentChildren }) {
  if (none) {
    return (
      <p class="tk-nothing">
        {hidden ? 'All plots are hidden: the eyes in the settings show them.' : 'No plot has that name.'}
      </p>
    );
  }
  return <>{children}</>;
}
