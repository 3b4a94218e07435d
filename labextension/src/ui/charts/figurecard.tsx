// A card with a figure: the newest one, the earlier ones behind a slider.

import { effect, type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { copyText } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import { downloadBlob, fileName } from '../parts/download';
import { useTheme } from '../parts/theme';
import type { Figure, PlotEntry } from '../protocol';
import type { Source } from '../source';
import { Card, CardPlace } from './card';
import { type Chart, type ChartOptions, DEFAULTS } from './chart';
import { controlsOf } from './controls';
import { checkFigure, FigureError, kindOf } from './figure';
import { formatCount, formatValue } from './format';
import { embedCode } from './keep';
import { followNear } from './onscreen';
import { PlotlyChart } from './plotly';
import { onTheme } from './retheme';
import { sentenceOf, useSaid } from './said';
import { Toolbar } from './toolbar';

interface FigureCardProps {
  source: Source;
  entry: PlotEntry;
  title: string;
  width: ReadonlySignal<number>;
}

export function FigureCard(props: FigureCardProps) {
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
      {near.value ? <NearFigure {...props} options={options} /> : <CardPlace title={props.title} />}
    </div>
  );
}

function useFigure(source: Source, experiment: string, hash: string) {
  const figure = useSignal<Figure | null>(null);
  const problem = useSignal<string | null>(null);
  const reduced = useSignal(false);
  useEffect(() => {
    const reading = new AbortController();
    const read = async () => {
      try {
        const found = checkFigure(await source.read('figure', { id: experiment, hash }, reading.signal));
        problem.value = null;
        figure.value = found;
      } catch (reason) {
        if (!reading.signal.aborted) {
          problem.value = sentenceOf(reason);
        }
      }
    };
    void read();
    return () => reading.abort();
  }, [source, experiment, hash]);
  return { figure, problem, reduced };
}

const REDUCED = 'without what is on the network';

function NearFigure({ source, entry, title, width, options }: FigureCardProps & { options: Signal<ChartOptions> }) {
  const chart = useRef<Chart | null>(null);
  const maximized = useSignal(false);
  const [said, say] = useSaid();
  const step = useStep(entry);
  const { figure, problem, reduced } = useFigure(source, entry.experiment, step.hash);
  const notes = entry.iterations.length > 1 ? [`iteration ${formatCount(step.iteration)}`] : [];
  if (reduced.value) {
    notes.push(REDUCED);
  }
  const maximize = () => {
    maximized.value = true;
  };
  const controls = useControls(entry, figure, options, chart, say);
  return (
    <>
      <Card
        title={title}
        width={width.value}
        controls={controls(maximize)}
        notes={notes}
        said={said.value}
        onMaximize={maximize}
      >
        {problem.value ? (
          <p class="tk-plot tk-plot-problem" role="alert">
            {problem.value}
          </p>
        ) : (
          <FigurePlot
            source={source}
            title={title}
            figure={figure}
            options={options}
            chart={chart}
            say={say}
            problem={problem}
            reduced={reduced}
          />
        )}
        {step.slider}
      </Card>
      {maximized.value && (
        <MaximizedFigure
          source={source}
          entry={entry}
          title={title}
          options={options}
          onClose={() => {
            maximized.value = false;
          }}
        />
      )}
    </>
  );
}

/** Which of the iterations is shown: the newest, and those that come, until a person goes back to an earlier one. */
function useStep({ iteration, iterations, hash, hashes }: PlotEntry) {
  const chosen = useSignal<number | null>(null);
  const last = iterations.length - 1;
  if (!hashes || last < 1) {
    return { iteration, hash, slider: null };
  }
  const at = Math.min(chosen.value ?? last, last);
  const now = iterations[at] as number;
  const slider = (
    <label class="tk-figure-steps">
      <span class="tk-faint">Iteration</span>
      <input
        type="range"
        class="tk-range"
        aria-label="Iteration"
        aria-valuetext={`iteration ${formatCount(now)}`}
        min={0}
        max={last}
        step={1}
        value={at}
        onInput={event => {
          const next = event.currentTarget.valueAsNumber;
          chosen.value = next === last ? null : next;
        }}
      />
      <output class="tk-number">{formatCount(now)}</output>
    </label>
  );
  return { iteration: now, hash: hashes[at] ?? hash, slider };
}

function useControls(
  entry: PlotEntry,
  figure: Signal<Figure | null>,
  options: Signal<ChartOptions>,
  chart: { current: Chart | null },
  say: (text: string) => void,
) {
  const name = entry.metric === entry.variant ? fileName(entry.metric) : fileName(entry.metric, entry.variant);
  const attempt = async (doing: () => Promise<void> | void) => {
    try {
      await doing();
    } catch (reason) {
      say(sentenceOf(reason));
    }
  };
  return (onMaximize?: () => void) =>
    controlsOf({
      kind: figure.value ? kindOf(figure.value) : 'plain',
      options: options.value,
      set: patch => {
        options.value = { ...options.value, ...patch };
      },
      chart: () => chart.current,
      onPng: () =>
        void attempt(async () => {
          const png = await chart.current?.toPng();
          if (png) {
            downloadBlob(png, `${name}.png`);
          }
        }),
      onJson: () =>
        void attempt(() => {
          const text = `${JSON.stringify(figure.peek())}\n`;
          downloadBlob(new Blob([text], { type: 'application/json' }), `${name}.json`);
        }),
      onEmbed: () =>
        void attempt(async () => {
          const { experiment, metric, variant } = entry;
          await copyText(embedCode({ type: 'plot', objects: [experiment], metric, variants: [variant] }));
          say('Embed code copied');
        }),
      ...(onMaximize ? { onMaximize } : {}),
    });
}

interface FigurePlotProps {
  source: Source;
  title: string;
  figure: Signal<Figure | null>;
  options: Signal<ChartOptions>;
  chart: { current: Chart | null };
  say: (text: string) => void;
  problem: Signal<string | null>;
  reduced: Signal<boolean>;
}

function FigurePlot({ source, title, figure, options, chart, say, problem, reduced }: FigurePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    const made = new PlotlyChart(element, () => source.plotlyUrl(), {
      onSelect: values => say(selectionText(values)),
      onReduced: is => {
        reduced.value = is;
      },
      onError: reason => {
        const sentence = sentenceOf(reason);
        problem.value = reason instanceof FigureError ? sentence : `This plot could not be drawn: ${sentence}`;
      },
    });
    chart.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(element);
    const stops = [
      effect(() => made.setOptions(options.value)),
      onTheme(theme, () => {
        if (figure.peek()) {
          made.draw({ kind: 'figure', title, figure: figure.peek() as Figure });
        }
      }),
      effect(() => {
        if (figure.value) {
          made.draw({ kind: 'figure', title, figure: figure.value });
        }
      }),
    ];
    return () => {
      sizes.disconnect();
      for (const stop of stops) {
        stop();
      }
      made.destroy();
      chart.current = null;
    };
  }, []);
  return <div class="tk-plot" ref={host} role="img" aria-label={title} aria-busy={figure.value === null} />;
}

/** What a box or lasso holds. */
export function selectionText(values: number[] | null): string {
  if (!values?.length) {
    return 'Nothing selected';
  }
  const low = values.reduce((one, other) => Math.min(one, other));
  const high = values.reduce((one, other) => Math.max(one, other));
  const mean = values.reduce((one, other) => one + other, 0) / values.length;
  const count = `${formatCount(values.length)} point${values.length === 1 ? '' : 's'}`;
  return `${count}: min ${formatValue(low)}, max ${formatValue(high)}, mean ${formatValue(mean)}`;
}

interface MaximizedFigureProps {
  source: Source;
  entry: PlotEntry;
  title: string;
  options: Signal<ChartOptions>;
  onClose: () => void;
}

function MaximizedFigure({ source, entry, title, options, onClose }: MaximizedFigureProps) {
  const chart = useRef<Chart | null>(null);
  const [said, say] = useSaid();
  const step = useStep(entry);
  const { figure, problem, reduced } = useFigure(source, entry.experiment, step.hash);
  const controls = useControls(entry, figure, options, chart, say)();
  return (
    <Dialog
      title={title}
      tools={
        <>
          {reduced.value && <span class="tk-chart-notes">{REDUCED}</span>}
          <Toolbar label={`Plot controls of ${title}`} controls={controls} width={Math.max(280, innerWidth - 320)} />
        </>
      }
      onClose={onClose}
    >
      <div class="tk-maximized">
        {problem.value ? (
          <p class="tk-plot tk-plot-problem" role="alert">
            {problem.value}
          </p>
        ) : (
          <FigurePlot
            source={source}
            title={title}
            figure={figure}
            options={options}
            chart={chart}
            say={say}
            problem={problem}
            reduced={reduced}
          />
        )}
        {step.slider}
        <span class={said.value ? 'tk-chart-said' : 'tk-spoken'} role="status">
          {said.value}
        </span>
      </div>
    </Dialog>
  );
}
