// What a figure is drawn with: plotly.js, our table, or, where it is a picture already, the picture.

import { effect, type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { lazy } from '../parts/lazy';
import { useTheme } from '../parts/theme';
import type { Figure } from '../protocol';
import type { Source } from '../source';
import type { ChartOptions } from './chart';
import { FigureError, ForbiddenError, pictureOf } from './figure';
import type { Stage } from './frame';
import { PlotlyChart } from './plotly';
import { onTheme } from './retheme';
import { sentenceOf } from './said';
import { type Table, tableOf } from './table';

export type Body =
  | { kind: 'table'; table: Table }
  | { kind: 'picture'; address: string }
  | { kind: 'figure'; figure: Figure };

export function bodyOf(figure: Figure): Body {
  const table = tableOf(figure);
  if (table) {
    return { kind: 'table', table };
  }
  const address = pictureOf(figure);
  return address ? { kind: 'picture', address } : { kind: 'figure', figure };
}

interface FigureBodyProps {
  source: Source;
  title: string;
  figure: Signal<Figure | null>;
  body: Body | null;
  rows: { current: Uint32Array };
  options: Signal<ChartOptions>;
  stage: Stage;
  problem: Signal<string | null>;
  reduced: Signal<boolean>;
  unknown: Signal<string[]>;
  /** Where there is one, the picture that is shown in place of what this page may not draw. */
  kept: Signal<string | null>;
  onDrawn?: ((figure: Figure) => void) | undefined;
  onForbidden?: ((sentence: string) => void) | undefined;
}

export function FigureBody(props: FigureBodyProps) {
  const { body, title, problem, rows, kept } = props;
  if (kept.value) {
    return <PicturePlot address={kept.value} title={title} problem={problem} />;
  }
  if (problem.value) {
    return (
      <p class="tk-plot tk-plot-problem" role="alert">
        {problem.value}
      </p>
    );
  }
  if (!body) {
    return <Waiting title={title} />;
  }
  if (body.kind === 'table') {
    return (
      <LateTable
        table={body.table}
        title={title}
        onRows={found => {
          rows.current = found;
        }}
      />
    );
  }
  if (body.kind === 'picture') {
    return <PicturePlot address={body.address} title={title} problem={problem} />;
  }
  return <FigurePlot {...props} />;
}

/** The shape of the plot that comes: seen only when it takes its time. */
function Waiting({ title }: { title: string }) {
  return (
    <div class="tk-plot" role="img" aria-label={title} aria-busy="true">
      <span class="tk-bone tk-plot-bone" />
    </div>
  );
}

/** Most pages have no table: its code comes with the first one. */
const LateTable = lazy(
  async () => (await import('./tableplot')).TablePlot,
  () => <Waiting title="" />,
);

function PicturePlot({ address, title, problem }: { address: string; title: string; problem: Signal<string | null> }) {
  return (
    <div class="tk-plot tk-picture">
      <img
        src={address}
        alt={title}
        draggable={false}
        onError={() => {
          problem.value = 'This plot is a picture whose data are damaged. Log it again with log_plot.';
        }}
      />
    </div>
  );
}

function FigurePlot(props: FigureBodyProps) {
  const { source, title, figure, options, stage, problem, reduced, unknown, onDrawn, onForbidden } = props;
  const host = useRef<HTMLDivElement>(null);
  const drawn = useSignal(false);
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
      onUnknown: kinds => {
        unknown.value = kinds;
      },
      onDrawn: found => {
        drawn.value = true;
        onDrawn?.(found);
      },
      onError: reason => {
        const sentence = sentenceOf(reason);
        if (reason instanceof ForbiddenError && onForbidden) {
          onForbidden(sentence);
          return;
        }
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
  return (
    <div class="tk-plot" ref={host} role="img" aria-label={title} aria-busy={!drawn.value}>
      {!drawn.value && <span class="tk-bone tk-plot-bone" />}
    </div>
  );
}
