// A card with curves: draws while it is near the screen, asks for detail when zoomed, for every point when maximised.

import { effect, type ReadonlySignal, type Signal, signal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { copyText } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import { downloadBlob, fileName } from '../parts/download';
import { useTheme } from '../parts/theme';
import type { Axis } from '../protocol';
import { Card, CardPlace } from './card';
import { type Chart, type ChartOptions, DEFAULTS } from './chart';
import { controlsOf } from './controls';
import type { Range } from './extent';
import { formatCount, formatValue } from './format';
import { embedCode, seriesJson } from './keep';
import { Legend } from './legend';
import { LineChart, type Zoom } from './line';
import { type LineModel, nonfiniteCount, nonpositiveCount, sampling } from './model';
import { followNear } from './onscreen';
import { ALL_POINTS, type CurveReader, type Slot } from './reader';
import { onTheme } from './retheme';
import { sentenceOf, useSaid } from './said';
import { Toolbar } from './toolbar';

/** A zoom asks for detail when it has come to rest for this long. */
const REST_MS = 120;

interface LineCardProps {
  slot: Slot;
  reader: CurveReader;
  objects: string[];
  xaxis: Axis;
  width: ReadonlySignal<number>;
}

export function LineCard(props: LineCardProps) {
  const { slot, reader } = props;
  const place = useRef<HTMLDivElement>(null);
  const near = useSignal(false);
  // They outlive the drawing, which goes when the card is far from the screen.
  const options = useSignal<ChartOptions>(DEFAULTS);
  const zoom = useSignal<Zoom>({ x: null, y: null });
  useEffect(() => {
    const tell = (is: boolean) => {
      if (near.peek() !== is) {
        near.value = is;
        reader.want(slot.id, is);
      }
    };
    const stop = followNear(place.current as Element, tell);
    return () => {
      stop();
      tell(false);
    };
  }, [slot, reader]);
  return (
    <div class="tk-chart-place" ref={place} data-chart={slot.id}>
      {near.value ? <NearCard {...props} options={options} zoom={zoom} /> : <CardPlace title={slot.title} />}
    </div>
  );
}

interface DrawnProps extends LineCardProps {
  options: Signal<ChartOptions>;
  zoom: Signal<Zoom>;
}

function NearCard({ slot, reader, objects, xaxis, width, options, zoom }: DrawnProps) {
  const chart = useRef<LineChart | null>(null);
  const maximized = useSignal(false);
  const [said, say] = useSaid();
  const detail = useDetail(slot, reader, zoom);
  const model = useComputed(() => detail.value ?? slot.model.value);
  const set = (patch: Partial<ChartOptions>) => {
    options.value = { ...options.value, ...patch };
  };
  const actions = useActions(slot, reader, objects, xaxis, chart, say);
  const maximize = () => {
    maximized.value = true;
  };
  const controls = controlsOf({
    kind: 'line',
    options: options.value,
    set,
    chart: () => chart.current,
    ...actions,
    onMaximize: maximize,
  });
  const notes = useNotes(model, options);
  return (
    <>
      <Card
        title={slot.title}
        width={width.value}
        controls={controls}
        notes={notes.value}
        said={said.value}
        onMaximize={maximize}
      >
        <Plot model={model} options={options} zoom={zoom} chart={chart} />
      </Card>
      {maximized.value && (
        <Maximized
          slot={slot}
          reader={reader}
          objects={objects}
          xaxis={xaxis}
          width={width}
          options={options}
          zoom={zoom}
          onClose={() => {
            maximized.value = false;
          }}
        />
      )}
    </>
  );
}

function useActions(
  slot: Slot,
  reader: CurveReader,
  objects: string[],
  xaxis: Axis,
  chart: { current: Chart | null },
  say: (text: string) => void,
) {
  const name = () => {
    const variants = new Set(slot.model.peek()?.series.map(series => series.variant));
    const [only] = variants;
    const parts = variants.size === 1 && only !== slot.metric ? [slot.metric, only as string] : [slot.metric];
    return fileName(...parts);
  };
  const attempt = async (doing: () => Promise<void>) => {
    try {
      await doing();
    } catch (reason) {
      say(sentenceOf(reason));
    }
  };
  return {
    onPng: () =>
      attempt(async () => {
        const png = await chart.current?.toPng();
        if (png) {
          downloadBlob(png, `${name()}.png`);
        }
      }),
    onJson: () =>
      attempt(async () => {
        const whole = await reader.read(slot, { points: ALL_POINTS, smoothing: 0, xaxis: 'iterations' });
        if (!whole) {
          throw new Error('These series are no longer there.');
        }
        downloadBlob(new Blob([seriesJson(whole)], { type: 'application/json' }), `${name()}.json`);
      }),
    onEmbed: () =>
      attempt(async () => {
        const variants = [...new Set(slot.model.peek()?.series.map(series => series.variant))];
        await copyText(embedCode({ type: 'scalar', objects, metric: slot.metric, variants, xaxis }));
        say('Embed code copied');
      }),
  };
}

/** While a sampled chart is zoomed: the part in view, read in detail, and again when there is more of it. */
function useDetail(slot: Slot, reader: CurveReader, zoom: Signal<Zoom>): ReadonlySignal<LineModel | null> {
  const detail = useMemo(() => signal<LineModel | null>(null), [slot]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading: AbortController | null = null;
    let seen: LineModel | null = null;
    const stopReading = () => {
      clearTimeout(timer);
      timer = undefined;
      reading?.abort();
      reading = null;
    };
    const later = () => {
      // A live chart changes all the time: what is planned or under way goes on.
      if (!timer && !reading) {
        timer = setTimeout(read, REST_MS);
      }
    };
    const read = async () => {
      timer = undefined;
      const x = zoom.peek().x as Range;
      seen = slot.model.peek();
      const mine = new AbortController();
      reading = mine;
      // A little more than is seen, so that lines leave the frame rather than end at it.
      const room = (x[1] - x[0]) * 0.05;
      try {
        const part = await reader.read(slot, { x_from: x[0] - room, x_to: x[1] + room }, mine.signal);
        if (part && !mine.signal.aborted) {
          detail.value = part;
        }
      } catch {
        // The coarser drawing stays.
      }
      if (reading === mine) {
        reading = null;
        if (seen !== slot.model.peek()) {
          later();
        }
      }
    };
    const stops = [
      effect(() => {
        void zoom.value.x;
        stopReading();
      }),
      effect(() => {
        const whole = slot.model.value;
        if (zoom.value.x && whole && sampling(whole)) {
          later();
        } else {
          stopReading();
          detail.value = null;
        }
      }),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
      stopReading();
    };
  }, [slot, reader]);
  return detail;
}

function useNotes(model: ReadonlySignal<LineModel | null>, options: Signal<ChartOptions>): ReadonlySignal<string[]> {
  const text = useComputed(() => {
    const chart = model.value;
    if (!chart) {
      return '';
    }
    const notes: string[] = [];
    const sampled = sampling(chart);
    if (sampled) {
      notes.push(`${formatCount(sampled.shown)} of ${formatCount(sampled.total)} points`);
    }
    const nonfinite = nonfiniteCount(chart);
    if (nonfinite) {
      const kinds = new Set(chart.series.flatMap(series => series.nonfinite.map(([, kind]) => kind)));
      const what = kinds.size === 1 && kinds.has('NaN') ? 'NaN' : 'not finite';
      notes.push(`${formatCount(nonfinite)} ${what}`);
    }
    const nonpositive = options.value.logY ? nonpositiveCount(chart) : 0;
    if (nonpositive) {
      notes.push(`${formatCount(nonpositive)} not above zero`);
    }
    return notes.join('\n');
  });
  return useComputed(() => (text.value ? text.value.split('\n') : []));
}

/** What a chart shows, for those who do not see it. */
export function summaryOf(chart: LineModel): string {
  const most = 6;
  const lines = chart.series.slice(0, most).map(({ name, columns, last }) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of columns.y) {
      if (Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const end = typeof last === 'number' ? formatValue(last) : (last ?? 'none');
    return low <= high
      ? `${name}: last ${end}, from ${formatValue(low)} to ${formatValue(high)}`
      : `${name}: no finite value`;
  });
  const more = chart.series.length > most ? `; and ${chart.series.length - most} more` : '';
  return `${chart.title}. ${lines.join('; ')}${more}`;
}

interface PlotProps {
  model: ReadonlySignal<LineModel | null>;
  options: Signal<ChartOptions>;
  zoom: Signal<Zoom>;
  chart: { current: LineChart | null };
}

/** The drawing and its legend. */
function Plot({ model, options, zoom, chart }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    const element = host.current as HTMLDivElement;
    const made = new LineChart(element, {
      zoom: zoom.peek(),
      onZoom: next => {
        zoom.value = next;
      },
    });
    chart.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(element);
    const stops = [
      effect(() => made.setOptions(options.value)),
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
      chart.current = null;
    };
  }, []);
  const names = useComputed(() =>
    model.value?.series.map(one => `${one.id} ${one.name} ${one.color} ${one.dash}`).join('\n'),
  );
  const hidden = useComputed(() => options.value.hidden);
  const legend = useComputed(() => options.value.legend);
  void names.value;
  const series = model.peek()?.series ?? [];
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk along the curve */}
      <div class="tk-plot" ref={host} tabIndex={0} role="img" aria-busy={model.peek() === null} />
      {series.length > 1 && legend.value && (
        <Legend
          series={series}
          hidden={hidden}
          onHidden={next => {
            options.value = { ...options.value, hidden: next };
          }}
          onHighlight={highlight => {
            options.value = { ...options.value, highlight };
          }}
        />
      )}
    </>
  );
}

interface MaximizedProps extends DrawnProps {
  onClose: () => void;
}

/** The plot over the whole window, with every point there is. */
function Maximized({ slot, reader, objects, xaxis, options, zoom, onClose }: MaximizedProps) {
  const chart = useRef<LineChart | null>(null);
  const full = useSignal<LineModel | null>(null);
  const [said, say] = useSaid();
  const model = useComputed(() => full.value ?? slot.model.value);
  useEffect(() => {
    const closing = new AbortController();
    // Read again when there is more, one at a time.
    let reading = false;
    let again = false;
    const read = async () => {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      try {
        full.value = await reader.read(slot, { points: ALL_POINTS }, closing.signal);
      } catch (reason) {
        if (!closing.signal.aborted) {
          say(sentenceOf(reason));
        }
      }
      reading = false;
      if (again && !closing.signal.aborted) {
        again = false;
        void read();
      }
    };
    const stop = effect(() => {
      const current = slot.model.value;
      if (current && sampling(current)) {
        void read();
      } else {
        full.value = null;
      }
    });
    return () => {
      stop();
      closing.abort();
    };
  }, [slot, reader]);
  const actions = useActions(slot, reader, objects, xaxis, chart, say);
  const controls = controlsOf({
    kind: 'line',
    options: options.value,
    set: patch => {
      options.value = { ...options.value, ...patch };
    },
    chart: () => chart.current,
    ...actions,
  });
  const notes = useNotes(model, options);
  const tools = (
    <>
      <span class="tk-chart-notes">{notes.value.join(' · ')}</span>
      <Toolbar label={`Plot controls of ${slot.title}`} controls={controls} width={Math.max(280, innerWidth - 320)} />
    </>
  );
  return (
    <Dialog title={slot.title} tools={tools} onClose={onClose}>
      <div class="tk-maximized">
        <Plot model={model} options={options} zoom={zoom} chart={chart} />
        <span class={said.value ? 'tk-chart-said' : 'tk-spoken'} role="status">
          {said.value}
        </span>
      </div>
    </Dialog>
  );
}
