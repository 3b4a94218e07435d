// The drawing of a line chart in its frame, and the legend below.

import { effect, type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals';
import { Timer } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { useTheme } from '../parts/theme';
import type { ChartOptions } from './chart';
import type { Marks } from './clockmarks';
import type { Range } from './extent';
import type { Stage } from './frame';
import type { Zoom } from './gestures';
import { Legend } from './legend';
import { LineChart } from './line';
import type { LineModel } from './model';
import type { Region } from './region';
import { onTheme } from './retheme';
import { summaryOf } from './summary';
import { type Lit, litIn } from './together';

const SeriesTable = lazy(async () => (await import('./seriestable')).SeriesTable);

interface PlotProps {
  model: ReadonlySignal<LineModel | null>;
  options: Signal<ChartOptions>;
  zoom: Signal<Zoom>;
  lit: Signal<Lit | null>;
  stage: Stage;
  onPick: (region: Region | null) => void;
  /** What is marked on the clock, where there is one. */
  marks: ReadonlySignal<Marks>;
  onSpan: ((span: Range) => void) | undefined;
}

export function Plot(props: PlotProps) {
  const { model, options, lit } = props;
  const names = useComputed(() =>
    model.value?.series.map(one => `${one.id} ${one.name} ${one.color} ${one.dash}`).join('\n'),
  );
  const hidden = useComputed(() => options.value.hidden);
  const legend = useComputed(() => options.value.legend);
  const table = useComputed(() => options.value.table);
  void names.value;
  const series = model.peek()?.series ?? [];
  const light = (id: string | null) => {
    lit.value = model.peek()?.series.find(one => one.id === id) ?? null;
  };
  return (
    <>
      {table.value ? (
        // The place stays while the code of the table comes.
        <div class="tk-plot">
          <SeriesTable model={model} hidden={hidden} />
        </div>
      ) : (
        <Drawing {...props} onPoint={light} />
      )}
      {series.length > 1 && legend.value && (
        <Legend
          series={series}
          hidden={hidden}
          onHidden={next => {
            options.value = { ...options.value, hidden: next };
          }}
          onHighlight={light}
        />
      )}
    </>
  );
}

function Drawing({
  model,
  options,
  zoom,
  lit,
  stage,
  onPick,
  onPoint,
  marks,
  onSpan,
}: PlotProps & { onPoint: (id: string | null) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const over = useRef<HTMLSpanElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    const made = new LineChart(element, {
      zoom: zoom.peek(),
      onZoom: next => {
        zoom.value = next;
      },
      onPoint,
      onPick,
      onSpan,
      over: over.current,
    });
    stage.chart.current = made;
    const sizes = new ResizeObserver(([entry]) => entry && made.resize(entry.contentRect));
    sizes.observe(element);
    const stops = [
      effect(() => {
        const highlight = model.value && litIn(model.value, lit.value);
        made.setOptions({ ...options.value, highlight });
      }),
      effect(() => made.zoomTo(zoom.value)),
      effect(() => made.mark(marks.value)),
      effect(() => {
        if (stage.picked.value === null) {
          made.unpick();
        }
      }),
      onTheme(theme, () => {
        if (model.peek()) {
          made.draw(model.peek() as LineModel);
        }
      }),
      effect(() => {
        if (model.value) {
          made.draw(model.value);
          element.setAttribute('aria-label', summaryOf(model.value));
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
      onPoint(null);
    };
  }, []);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk along the curve */}
      <div class="tk-plot" ref={host} tabIndex={0} role="img" aria-busy={model.peek() === null} />
      {onSpan && (
        <span class="tk-plot-over" ref={over}>
          <MarkZoomed
            {...{ zoom, marks }}
            onMark={x => {
              onSpan(x);
              host.current?.focus();
            }}
          />
        </span>
      )}
    </>
  );
}

interface MarkZoomedProps extends Pick<PlotProps, 'zoom' | 'marks'> {
  onMark: (x: Range) => void;
}

/** Who zoomed to what stands out may want to know what was going on then: one click from here, for as long as it is so. */
function MarkZoomed({ zoom, marks, onMark }: MarkZoomedProps) {
  const done = useSignal<Range | null>(null);
  const { x } = zoom.value;
  const { span, timed } = marks.value;
  if (!x || !timed || (span && (done.value === x || span.join() === x.join()))) {
    return null;
  }
  const mark = () => {
    done.value = x;
    onMark(x);
  };
  return (
    <Button class="tk-mark-zoomed" label="Mark this span in every tab" icon={Timer} onClick={mark}>
      Mark this span in every tab
    </Button>
  );
}
