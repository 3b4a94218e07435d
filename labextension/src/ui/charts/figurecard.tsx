// A card with a figure: the newest one, the earlier ones behind a slider.

import { effect, type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { fileName } from '../parts/download';
import { useTheme } from '../parts/theme';
import type { Figure, PlotEntry } from '../protocol';
import type { Source } from '../source';
import { CardPlace } from './card';
import { type ChartOptions, DEFAULTS } from './chart';
import { checkFigure, FigureError, kindOf } from './figure';
import { formatCount } from './format';
import { Frame, type Stage, type Takeaways } from './frame';
import { embedCode } from './keep';
import { followNear } from './onscreen';
import { PlotlyChart } from './plotly';
import { onTheme } from './retheme';
import { sentenceOf } from './said';

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
  const step = useStep(entry);
  const { figure, problem, reduced } = useFigure(source, entry.experiment, step.hash);
  const { experiment, metric, variant } = entry;
  const takeaways: Takeaways = {
    name: () => (metric === variant ? fileName(metric) : fileName(metric, variant)),
    json: () => `${JSON.stringify(figure.peek())}\n`,
    code: () => embedCode({ type: 'plot', objects: [experiment], metric, variants: [variant] }),
  };
  const notes = [
    ...(entry.iterations.length > 1 ? [`iteration ${formatCount(step.iteration)}`] : []),
    ...(reduced.value ? [REDUCED] : []),
  ];
  const kind = figure.value ? kindOf(figure.value) : 'plain';
  return (
    <Frame title={title} width={width.value} kind={kind} options={options} takeaways={takeaways}>
      {stage => (
        <>
          <Notes stage={stage} notes={notes} />
          {problem.value ? (
            <p class="tk-plot tk-plot-problem" role="alert">
              {problem.value}
            </p>
          ) : (
            <FigurePlot {...{ source, title, figure, options, stage, problem, reduced }} />
          )}
          {step.slider}
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

interface FigurePlotProps {
  source: Source;
  title: string;
  figure: Signal<Figure | null>;
  options: Signal<ChartOptions>;
  stage: Stage;
  problem: Signal<string | null>;
  reduced: Signal<boolean>;
}

function FigurePlot({ source, title, figure, options, stage, problem, reduced }: FigurePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    const made = new PlotlyChart(element, () => source.plotlyUrl(), {
      onSelect: points => {
        stage.picked.value = points;
      },
      onReduced: is => {
        reduced.value = is;
      },
      onError: reason => {
        const sentence = sentenceOf(reason);
        problem.value = reason instanceof FigureError ? sentence : `This plot could not be drawn: ${sentence}`;
      },
    });
    stage.chart.current = made;
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
      stage.chart.current = null;
    };
  }, []);
  return <div class="tk-plot" ref={host} role="img" aria-label={title} aria-busy={figure.value === null} />;
}
