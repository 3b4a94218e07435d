// A card with curves: draws while it is near the screen, asks for detail when zoomed, for every point when maximised.

import { effect, type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { markSpan, reachOn, useClock } from '../clock';
import { fileName } from '../parts/download';
import type { Axis } from '../protocol';
import type { Source } from '../source';
import { CardPlace } from './card';
import type { ChartOptions } from './chart';
import { type Marks, NO_MARKS } from './clockmarks';
import { everyPoint, useDetail, useEvery } from './detail';
import type { Range } from './extent';
import { Frame, type Stage, type Takeaways } from './frame';
import type { Zoom } from './gestures';
import { seriesJson } from './keep';
import type { LineModel } from './model';
import { followNear } from './onscreen';
import { Plot } from './plot';
import { ALL_POINTS, type CurveReader, type Slot } from './reader';
import { pickedOf, type Region, reachOf } from './region';
import { sentenceOf } from './said';
import { axisName, notesOf } from './summary';
import { choicesOf, type Together } from './together';
import { inTurn } from './turns';

interface LineCardProps {
  source: Source;
  slot: Slot;
  reader: CurveReader;
  objects: string[];
  xaxis: Axis | 'metric';
  width: ReadonlySignal<number>;
  together: Together;
}

export function LineCard(props: LineCardProps) {
  const { slot, reader, together } = props;
  const place = useRef<HTMLDivElement>(null);
  const drawn = useSignal(false);
  const choices = choicesOf(together, slot.id);
  const { options, zoom } = choices;
  const clock = useClock();
  useEffect(() => {
    let near = false;
    let giveUp = () => {};
    const tell = (is: boolean) => {
      if (near === is) {
        return;
      }
      near = is;
      giveUp();
      reader.want(slot.id, is);
      if (is) {
        giveUp = inTurn(() => {
          drawn.value = true;
        });
      } else {
        drawn.value = false;
      }
    };
    const stop = followNear(place.current as Element, tell);
    return () => {
      stop();
      tell(false);
    };
  }, [slot, reader]);
  useEffect(() => {
    const stops = [
      // A choice for all charts is one for this chart too, until it is made otherwise here.
      effect(() => {
        const look = together.look.value;
        if (choices.look !== look) {
          choices.look = look;
          options.value = { ...options.peek(), ...look };
        }
      }),
      effect(() => {
        if (together.linked.value && together.x.value !== zoom.peek().x) {
          zoom.value = { ...zoom.peek(), x: together.x.value };
        }
      }),
      effect(() => {
        const { x } = zoom.value;
        if (together.linked.peek()) {
          together.x.value = x;
        }
      }),
      effect(() => {
        // Told to zoom to what is marked, also while it was far from the screen.
        const zooms = clock?.zooms.value ?? 0;
        const kind = slot.model.value?.x.kind;
        const marked = clock?.inSpan.peek();
        if (zooms !== choices.zooms && kind && marked) {
          choices.zooms = zooms;
          const reach = reachOn(marked, kind, slot.metric);
          if (reach && reach[0] < reach[1]) {
            zoom.value = { x: [...reach], y: null };
          }
        }
      }),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [choices]);
  return (
    <div
      class="tk-chart-place"
      ref={place}
      data-chart={slot.id}
      onPointerEnter={clock?.prepare}
      onFocusCapture={clock?.prepare}
    >
      {drawn.value ? <NearCard {...props} options={options} zoom={zoom} /> : <CardPlace title={slot.title} />}
    </div>
  );
}

interface DrawnProps extends LineCardProps {
  options: Signal<ChartOptions>;
  zoom: Signal<Zoom>;
}

function NearCard(props: DrawnProps) {
  const { source, slot, width, options, xaxis } = props;
  const takeaways = takeawaysOf(props);
  return (
    <Frame
      source={source}
      title={slot.title}
      width={width.value}
      kind="line"
      options={options}
      takeaways={takeaways}
      clock={useClock() !== null && xaxis !== 'metric'}
    >
      {stage => (stage.maximized ? <Every {...props} stage={stage} /> : <Sampled {...props} stage={stage} />)}
    </Frame>
  );
}

function takeawaysOf({ slot, reader, objects, xaxis }: DrawnProps): Takeaways {
  const variants = () => [...new Set(slot.model.peek()?.series.map(series => series.variant))];
  return {
    name: () => {
      const [only, more] = variants();
      return only !== undefined && more === undefined && only !== slot.metric
        ? fileName(slot.metric, only)
        : fileName(slot.metric);
    },
    json: async () => {
      const whole = await reader.read(slot, { points: ALL_POINTS, smoothing_kind: 'none', xaxis: 'iterations' });
      if (!whole) {
        throw new Error('These series are no longer there.');
      }
      return seriesJson(whole);
    },
    part: () => {
      const options = { metrics: [slot.metric], variants: variants() };
      const axis = xaxis === 'metric' || xaxis === 'iterations' ? {} : { xaxis };
      return { kind: 'scalars', objects, options: { ...options, ...axis } };
    },
    x: () => {
      const model = slot.model.peek();
      return model ? axisName(model) : 'x';
    },
  };
}

type OnStage = DrawnProps & { stage: Stage };

function Sampled(props: OnStage) {
  const { slot, reader, zoom, options } = props;
  const detail = useDetail(slot, reader, zoom, options);
  const model = useComputed(() => detail.value ?? slot.model.value);
  return <Curves {...props} model={model} />;
}

function Every(props: OnStage) {
  const { slot, reader, stage } = props;
  const full = useEvery(slot, reader, stage.say);
  const model = useComputed(() => full.value ?? slot.model.value);
  return <Curves {...props} model={model} />;
}

function Curves({
  slot,
  reader,
  model,
  options,
  zoom,
  stage,
  together,
}: OnStage & { model: ReadonlySignal<LineModel | null> }) {
  const clock = useClock();
  useEffect(
    () =>
      effect(() => {
        const { logX, logY } = options.value;
        const notes = model.value ? notesOf(model.value, { logX, logY }) : [];
        if (notes.join('\n') !== stage.notes.peek().join('\n')) {
          stage.notes.value = notes;
        }
        if (model.value) {
          clock?.drawn();
        }
      }),
    [model],
  );
  const pick = async (region: Region | null) => {
    const held = model.peek();
    if (!region || !held) {
      stage.picked.value = null;
      return;
    }
    try {
      const every = await everyPoint(slot, reader, held, reachOf(region));
      stage.picked.value = pickedOf(every, options.peek().hidden, region);
    } catch (reason) {
      stage.say(sentenceOf(reason));
    }
  };
  const { marks, onSpan } = useMarks(slot);
  return (
    <Plot {...{ model, options, zoom, stage, marks, onSpan }} lit={together.lit} onPick={region => void pick(region)} />
  );
}

/** What is marked on the clock, where it lies on this chart; and how a span of this chart is marked. */
function useMarks(slot: Slot) {
  const clock = useClock();
  const marks = useComputed((): Marks => {
    const kind = slot.model.value?.x.kind;
    const span = clock?.inSpan.value;
    const moment = clock?.atMoment.value;
    const turned = clock?.turns.value ?? [];
    if (!clock || !kind || kind === 'metric') {
      return NO_MARKS;
    }
    return {
      timed: true,
      turns: turned.map(turn => ({ ...turn, at: turn[kind], iteration: turn.iterations })),
      span: span ? reachOn(span, kind, slot.metric) : null,
      moment: (moment && reachOn(moment, kind, slot.metric)?.[1]) ?? null,
    };
  });
  // The axis as it is then: the drawing is made once.
  const onSpan =
    clock &&
    (([from, to]: Range) => {
      const kind = slot.model.peek()?.x.kind;
      if (!kind || kind === 'metric') {
        return;
      }
      const mark = { xaxis: kind, metric: slot.metric, from, to };
      if (from < to) {
        markSpan(clock, mark);
      } else {
        clock.moment.value = mark;
      }
    });
  return { marks, onSpan: onSpan ?? undefined };
}
