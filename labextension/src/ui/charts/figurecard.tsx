// A card with a figure: the newest one, the earlier ones behind a slider.

import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useClock } from '../clock';
import { downloadFile, fileName } from '../parts/download';
import type { Figure, PlotEntry } from '../protocol';
import type { Source } from '../source';
import { CardPlace } from './card';
import { type ChartOptions, DEFAULTS } from './chart';
import { checkFigure, kindOf, pictureFile } from './figure';
import { bodyOf, FigureBody } from './figurebody';
import { formatCount } from './format';
import { Frame, type Stage, type Takeaways } from './frame';
import { keepPicture, keptPicture } from './keepsake';
import { followNear } from './onscreen';
import { sentenceOf } from './said';
import { tableControls } from './tablecontrols';
import '../styles/figures.css';

interface FigureCardProps {
  source: Source;
  entry: PlotEntry;
  title: string;
  width: ReadonlySignal<number>;
}

export function FigureCard(props: FigureCardProps) {
  return <NearPlace title={props.title}>{options => <NearFigure {...props} options={options} />}</NearPlace>;
}

/** A card that is drawn while it is near the screen; what was chosen at it stays. */
function NearPlace({
  title,
  children,
}: {
  title: string;
  children: (options: Signal<ChartOptions>) => ComponentChildren;
}) {
  const place = useRef<HTMLDivElement>(null);
  const near = useSignal(false);
  const options = useSignal<ChartOptions>({ ...DEFAULTS, hover: 'closest' });
  useEffect(
    () =>
      followNear(place.current as Element, is => {
        near.value = is;
      }),
    [],
  );
  return (
    <div class="tk-chart-place tk-figure-place" ref={place}>
      {near.value ? children(options) : <CardPlace title={title} />}
    </div>
  );
}

interface OverlaidCardProps {
  source: Source;
  /** The plot of that name of each experiment. */
  entries: PlotEntry[];
  title: string;
  width: ReadonlySignal<number>;
}

/** The plots of several experiments in one figure: each in the colour of its experiment. */
export function OverlaidCard(props: OverlaidCardProps) {
  return <NearPlace title={props.title}>{options => <NearOverlaid {...props} options={options} />}</NearPlace>;
}

function NearOverlaid({
  source,
  entries,
  title,
  width,
  options,
}: OverlaidCardProps & { options: Signal<ChartOptions> }) {
  const { metric, variant } = entries[0] as PlotEntry;
  const objects = entries.map(entry => entry.experiment);
  const held = useFigure(
    signal => source.read('overlaid', { objects, metric, variant }, signal),
    [source, entries.map(entry => entry.hash).join()],
  );
  const name = metric === variant ? fileName(metric) : fileName(metric, variant);
  const takeaways: Takeaways = {
    name: () => name,
    json: () => `${JSON.stringify(held.figure.peek())}\n`,
    part: () => ({ kind: 'plot', objects, options: { metrics: [metric], variants: [variant] } }),
  };
  return (
    <FigureFrame
      {...{ source, title, width, options, takeaways, name, held }}
      notes={[`${entries.length} experiments`]}
    />
  );
}

type Held = ReturnType<typeof useFigure>;

function useFigure(ask: (signal: AbortSignal) => Promise<Figure>, deps: unknown[]) {
  const figure = useSignal<Figure | null>(null);
  const problem = useSignal<string | null>(null);
  const reduced = useSignal(false);
  const unknown = useSignal<string[]>([]);
  const kept = useSignal<string | null>(null);
  useEffect(() => {
    kept.value = null;
    const reading = new AbortController();
    const read = async () => {
      try {
        const found = checkFigure(await ask(reading.signal));
        problem.value = null;
        figure.value = found;
      } catch (reason) {
        if (!reading.signal.aborted) {
          problem.value = sentenceOf(reason);
        }
      }
    };
    void read();
    return () => {
      reading.abort();
      URL.revokeObjectURL(kept.peek() ?? '');
    };
  }, deps);
  return { figure, problem, reduced, unknown, kept };
}

const REDUCED = 'without what is on the network';

function NearFigure({ source, entry, title, width, options }: FigureCardProps & { options: Signal<ChartOptions> }) {
  const step = useStep(entry);
  const { experiment, metric, variant } = entry;
  const held = useFigure(
    signal => source.read('figure', { id: experiment, hash: step.hash }, signal),
    [source, experiment, step.hash],
  );
  const name = metric === variant ? fileName(metric) : fileName(metric, variant);
  const takeaways: Takeaways = {
    name: () => name,
    json: () => {
      const found = held.figure.peek();
      if (!found) {
        // What is not drawn can still be had.
        downloadFile(source, experiment, step.hash, `${name}.json`);
      }
      return found && `${JSON.stringify(found)}\n`;
    },
    part: () => ({ kind: 'plot', objects: [experiment], options: { metrics: [metric], variants: [variant] } }),
  };
  const notes = entry.iterations.length > 1 ? [`iteration ${formatCount(step.iteration)}`] : [];
  return (
    <FigureFrame
      {...{ source, title, width, options, takeaways, name, held, notes }}
      onDrawn={found => keepPicture(source, entry, step.hash, found)}
      onForbidden={sentence => {
        keptPicture(source, experiment, step.hash).then(
          address => {
            held.kept.value = address;
          },
          () => {
            held.problem.value = sentence;
          },
        );
      }}
    >
      {step.slider}
    </FigureFrame>
  );
}

interface FigureFrameProps {
  source: Source;
  title: string;
  width: ReadonlySignal<number>;
  options: Signal<ChartOptions>;
  takeaways: Takeaways;
  /** Of files, without an ending. */
  name: string;
  held: Held;
  notes: string[];
  onDrawn?: (figure: Figure) => void;
  onForbidden?: (sentence: string) => void;
  /** Below the figure. */
  children?: ComponentChildren;
}

function FigureFrame({
  source,
  title,
  width,
  options,
  name,
  held,
  notes,
  onDrawn,
  onForbidden,
  children,
  ...more
}: FigureFrameProps) {
  const { figure, problem, reduced, unknown, kept } = held;
  /** Rows of a table that are shown, in their order. */
  const rows = useRef(new Uint32Array());
  const shown = figure.value;
  const body = useMemo(() => shown && bodyOf(shown), [shown]);
  const takeaways: Takeaways = {
    ...more.takeaways,
    ...(body?.kind === 'picture' && { png: () => pictureFile(body.address) }),
  };
  const said = [...notes];
  if (reduced.value) {
    said.push(REDUCED);
  }
  if (kept.value) {
    said.push('as JupyterLab drew it');
  }
  if (unknown.value.length > 0) {
    said.push(`without traces of the unknown kind ${unknown.value.join(', ')}`);
  }
  const kind = body?.kind === 'figure' ? kindOf(body.figure) : body?.kind === 'table' ? 'table' : 'plain';
  return (
    <Frame
      source={source}
      title={title}
      width={width.value}
      kind={kind}
      options={options}
      takeaways={takeaways}
      more={({ say }) => (body?.kind === 'table' ? tableControls(body.table, () => rows.current, name, say) : [])}
    >
      {stage => (
        <>
          <Notes stage={stage} notes={said} />
          <FigureBody
            key={body?.kind}
            {...{
              source,
              title,
              figure,
              body,
              rows,
              options,
              stage,
              problem,
              reduced,
              unknown,
              kept,
              onDrawn,
              onForbidden,
            }}
          />
          {children}
        </>
      )}
    </Frame>
  );
}

function Notes({ stage, notes }: { stage: Stage; notes: string[] }) {
  useEffect(() => {
    stage.notes.value = notes;
  }, [notes.join('\n')]);
  return null;
}

/** Which of the iterations is shown: the newest, and those that come, until a person goes back to an earlier one. */
function useStep({ id, iteration, iterations, hash, hashes }: PlotEntry) {
  const chosen = useSignal<number | null>(null);
  const clock = useClock();
  const last = iterations.length - 1;
  useSignalEffect(() => {
    // The latest there was at the end of what is marked.
    const at = clock?.newest.value?.found.plots[id] ?? null;
    chosen.value = at === last ? null : at;
  });
  if (!hashes || last < 1) {
    return { iteration, hash, slider: null };
  }
  const at = Math.min(chosen.value ?? last, last);
  const now = iterations[at] as number;
  const go = (next: number) => {
    if (next >= 0 && next <= last) {
      chosen.value = next === last ? null : next;
    }
  };
  const slider = (
    <Steps onStep={by => go(at + by)}>
      <span class="tk-faint" aria-hidden="true">
        Iteration
      </span>
      <input
        type="range"
        class="tk-range"
        aria-label="Iteration"
        aria-valuetext={`iteration ${formatCount(now)}`}
        min={0}
        max={last}
        step={1}
        value={at}
        onInput={event => go(event.currentTarget.valueAsNumber)}
      />
      <output class="tk-number">{formatCount(now)}</output>
    </Steps>
  );
  return { iteration: now, hash: hashes[at] ?? hash, slider };
}

/** Over the whole window the arrow keys step, wherever the focus is but on what has use for them itself. */
function Steps({ onStep, children }: { onStep: (by: number) => void; children: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  const step = useRef(onStep);
  step.current = onStep;
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by && !(event.target as HTMLElement).matches('input, [role="toolbar"] *, .tk-sheet-scroll')) {
        event.preventDefault();
        step.current(by);
      }
    };
    const dialog = place.current?.closest('dialog');
    dialog?.addEventListener('keydown', keys);
    return () => dialog?.removeEventListener('keydown', keys);
  }, []);
  return (
    <div ref={place} class="tk-figure-steps">
      {children}
    </div>
  );
}
