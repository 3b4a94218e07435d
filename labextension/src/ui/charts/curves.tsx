// The curves of some experiments in a grid, with their tools: what the Scalars tab and a comparison have in common.

import { effect, type Signal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { lazy } from '../parts/lazy';
import { useActive } from '../parts/live';
import { Empty, Problem } from '../parts/states';
import type { CurveOptions, ViewOptions } from '../protocol';
import type { Source } from '../source';
import { AxesTool, axisLabel, HorizontalAxis } from './axistool';
import { Bench } from './bench';
import { useNameFilter } from './filter';
import { Grid } from './grid';
import { LineCard } from './linecard';
import { CurveReader, type Many } from './reader';
import type { Settings } from './settings';
import { SmoothingTool } from './smoothingtool';
import { lookOf, together } from './together';
import { Choice, PlotList } from './tools';
import { useSettings } from './usesettings';

interface CurvesProps {
  source: Source;
  objects: string[];
  options: ViewOptions;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
  /** Where there may be many experiments: what is known of them. */
  many?: Many;
  /** The experiment that is pointed at, wherever. */
  lit?: Signal<string | null>;
  /** Above the curves. */
  children?: ComponentChildren;
}

const Defaults = lazy(
  async () => (await import('./defaults')).Defaults,
  () => null,
);

const GROUPS = [
  ['metric', 'Metric'],
  ['none', 'None'],
] as const;

/** Of several experiments, which are grouped as well, in a list of their own. */
const CHARTS = [
  ['metric', 'Metric'],
  ['none', 'Variant'],
] as const;

const MORE = ['by', 'over', 'line', 'band'] as const satisfies readonly (keyof CurveOptions)[];

/** What the view asks for that has no tool. */
function more(options: ViewOptions): CurveOptions {
  return Object.fromEntries(MORE.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])));
}

export function Curves({ source, objects, options, onOptions, many, lit, children }: CurvesProps) {
  const key = objects.join();
  const held = useSettings(source, objects, options, onOptions);
  const { settings, hidden, change } = held;
  const filter = useNameFilter();
  const active = useActive();
  const reader = useMemo(
    () => new CurveReader(source, objects, options, settings.peek(), more(options), many),
    [source, key, many, options.metrics?.join('\n'), options.variants?.join('\n'), JSON.stringify(more(options))],
  );
  const shared = useMemo(() => together(settings.peek()), [key]);
  useEffect(() => () => reader.dispose(), [reader]);
  useSignalEffect(() => {
    // Who is pointed at elsewhere stands out here, and the other way round.
    const id = lit?.value ?? null;
    if (lit && id !== (shared.lit.peek()?.experiment ?? null)) {
      shared.lit.value = id === null ? null : { experiment: id, variant: '' };
    }
  });
  useSignalEffect(() => {
    const id = shared.lit.value?.experiment ?? null;
    if (lit && id !== lit.peek()) {
      lit.value = id;
    }
  });
  useEffect(
    () =>
      effect(() => {
        if (!active.value) {
          return;
        }
        const watching = new AbortController();
        reader.wake();
        source.watch(objects, () => reader.wake(), watching.signal);
        return () => watching.abort();
      }),
    [reader],
  );
  const now = settings.value;
  useEffect(() => {
    reader.configure(now);
    const look = lookOf(now);
    if (JSON.stringify(look) !== JSON.stringify(shared.look.peek())) {
      shared.look.value = look;
    }
    shared.linked.value = now.linked;
  }, [now, reader, shared]);
  const slots = reader.slots.value;
  const shown = slots.filter(slot => !hidden.value.has(slot.id) && filter.matches(slot.title));
  const keys = reader.keys.value;
  const tools = (
    <>
      <Choice
        label={many ? 'One chart for each' : 'Group by'}
        value={now.groupBy}
        choices={many ? CHARTS : GROUPS}
        onChange={groupBy => change({ groupBy })}
      />
      <HorizontalAxis settings={now} keys={keys} onChange={change} />
      <SmoothingTool settings={now} onChange={change} />
      <AxesTool settings={now} onChange={change} />
      <PlotList plots={slots} filter={filter} hidden={hidden} onHidden={held.hide} />
      <Defaults makeDefault={held.makeDefault} reset={held.reset} />
    </>
  );
  return (
    <Bench tools={tools} dock={!options.metrics?.length} summary={summaryOf(now, axisLabel(now, keys))}>
      {children}
      {reader.error.value && <Problem error={reader.error.value} onRetry={() => reader.wake()} />}
      {slots.length === 0 ? (
        <Waiting ready={reader.ready.value} late={reader.late.value} filtered={Boolean(options.metrics?.length)} />
      ) : (
        <Shown none={shown.length === 0} hidden={hidden.value.size > 0}>
          <Grid items={shown} banded>
            {(slot, width) => (
              <LineCard
                key={slot.id}
                {...{ source, slot, reader, objects, width }}
                xaxis={now.xMetric ? 'metric' : now.xaxis}
                together={shared}
              />
            )}
          </Grid>
        </Shown>
      )}
    </Bench>
  );
}

function summaryOf({ groupBy, smoothing, kind }: Settings, axis: string): string {
  const parts = [axis];
  if (groupBy === 'none') {
    parts.push('ungrouped');
  }
  if (kind === 'running' || kind === 'gaussian') {
    parts.push(kind === 'running' ? 'running mean' : 'Gaussian smoothing');
  } else if (kind !== 'none' && smoothing > 0) {
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
