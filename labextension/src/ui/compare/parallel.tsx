// Parallel coordinates: an axis for each hyperparameter and metric, a line for each experiment; brushes choose among them.

import { useSignal } from '@preact/signals';
import { ListFilter, SlidersHorizontal, X } from 'lucide';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { paintOf } from '../charts/paint';
import { onTheme } from '../charts/retheme';
import { CopyButton } from '../parts/copy';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Empty, Problem, SkeletonTiles } from '../parts/states';
import { useTheme } from '../parts/theme';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';
import { Popover } from '../table/popover';
import type { ComparisonAnswer, Head, ParallelAnswer, ParallelAxis } from './answers';
import { Axis } from './axis';
import { targetNamed, targetsOf, textOf, textsOf, useCompany, VALUE_TYPES } from './company';
import { BELOW, colorsOf, drawLines, drawLit, type Geometry, heightsOf, lineAt } from './lines';
import { type Brush, marksOf, queryOf, readBrush, taken, writeBrush } from './places';

const REST_MS = 2_000;
/** Experiments that are told apart by colours of their own. */
const NAMED = 12;
const HEAD = 46;
const EDGE = 56;
const SHADES = 5;

/** What is asked for: of an embed of the spec, and of a comparison. */
function asked(options: ViewOptions) {
  const embedded = options.type === 'parcoords';
  return {
    parameters: textsOf(embedded ? options.variants : options.parameters),
    metrics: textsOf(embedded ? options.metrics : options.targets),
    value_type: textOf(options.value_type) || 'value',
  };
}

export function useParallel(source: Source, ids: string[], question: ReturnType<typeof asked>) {
  return useLive(
    source,
    ids,
    signal => source.read('parallel', { objects: ids, ...question }, signal),
    [ids.join(), JSON.stringify(question)],
    REST_MS,
  );
}

export function Parallel() {
  const { source, heads, answer, options, keep, lit, setBrushed, setObjects } = useCompany();
  const ids = heads.map(head => head.id);
  const live = useParallel(source, ids, asked(options));
  const found = live.value.value;
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  return (
    <Coordinates
      found={found}
      answer={answer}
      options={options}
      keep={keep}
      lit={lit}
      onTaken={setBrushed}
      onOnly={setObjects}
    />
  );
}

/** Parallel coordinates as a view of their own, as the spec embeds them. */
export function ParallelAlone({
  source,
  objects,
  options,
}: {
  source: Source;
  objects: string[];
  options: ViewOptions;
}) {
  const live = useParallel(source, objects, asked(options));
  const lit = useSignal<string | null>(null);
  const chosen = useSignal<ViewOptions>({ ...options });
  const found = live.value.value;
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  return (
    <Coordinates
      found={found}
      answer={null}
      options={chosen.value}
      keep={patch => {
        chosen.value = { ...chosen.value, ...patch };
      }}
      lit={lit}
    />
  );
}

interface CoordinatesProps {
  found: ParallelAnswer;
  /** What else there is to choose axes from; null where the axes are given. */
  answer: ComparisonAnswer | null;
  options: ViewOptions;
  keep: (patch: Partial<ViewOptions>) => void;
  lit: { value: string | null };
  onTaken?: (ids: ReadonlySet<string> | null) => void;
  onOnly?: (ids: string[]) => void;
}

/** In the order that a person gave them, the others after it as they came. */
function ordered(axes: readonly ParallelAxis[], order: readonly string[]): ParallelAxis[] {
  const place = (axis: ParallelAxis) => {
    const at = order.indexOf(axis.key);
    return at < 0 ? order.length : at;
  };
  return [...axes].sort((one, other) => place(one) - place(other));
}

function Coordinates({ found, answer, options, keep, lit, onTaken, onOnly }: CoordinatesProps) {
  const { experiments: heads } = found;
  const axes = useMemo(() => ordered(found.axes, textsOf(options.order)), [found, JSON.stringify(options.order)]);
  const log = textsOf(options.log);
  const isLog = (axis: ParallelAxis) => axis.positive && (log.length > 0 ? log.includes(axis.key) : axis.log);
  const brushes = textsOf(options.brush).flatMap(text => readBrush(text) ?? []);
  const chosen = useMemo(() => taken(axes, brushes, heads.length), [axes, JSON.stringify(options.brush), heads.length]);
  useEffect(() => {
    onTaken?.(chosen && new Set([...chosen].map(at => heads[at]?.id ?? '')));
  }, [chosen]);
  const shading = shadingOf(axes, heads, textOf(options.color));
  const setBrush = (key: string, brush: Brush | null) => {
    const others = brushes.filter(one => one.key !== key);
    keep({ brush: [...others, ...(brush ? [brush] : [])].map(writeBrush) });
  };
  const toggleLog = (axis: ParallelAxis) => {
    const before = axes.filter(isLog).map(one => one.key);
    const next = isLog(axis) ? before.filter(key => key !== axis.key) : [...before, axis.key];
    // A word that is no key: none is logarithmic, which an empty list would not say.
    keep({ log: next.length > 0 ? next : ['none'] });
  };
  const move = (from: number, to: number) => {
    const keys = axes.map(axis => axis.key);
    const [key] = keys.splice(from, 1);
    keys.splice(Math.max(0, Math.min(to, keys.length)), 0, key as string);
    keep({ order: keys });
  };
  const only = () => {
    if (chosen) {
      onOnly?.([...chosen].map(at => heads[at]?.id ?? ''));
      keep({ brush: [] });
    }
  };
  const query = queryOf(brushes);
  return (
    <div class="tk-compare-section tk-parallel-section">
      <div class="tk-bar tk-compare-tools">
        {answer && <Axes answer={answer} axes={axes} options={options} keep={keep} />}
        <label class="tk-label">
          Colour
          <select
            class="tk-choice"
            value={shading?.key ?? 'experiment'}
            onChange={event => keep({ color: event.currentTarget.value })}
          >
            <option value="experiment">Experiment</option>
            {axes.map(axis => (
              <option key={axis.key} value={axis.key}>
                {axis.label}
              </option>
            ))}
          </select>
        </label>
        {answer && (
          <label class="tk-label">
            Value
            <select
              class="tk-choice"
              value={textOf(options.value_type) || 'value'}
              onChange={event => keep({ value_type: event.currentTarget.value })}
            >
              {VALUE_TYPES.map(([key, word]) => (
                <option key={key} value={key}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        )}
        <span class="tk-space" />
        <span class="tk-faint tk-number" role="status">
          {chosen
            ? `${integer(chosen.size)} of ${integer(heads.length)} brushed`
            : `${integer(heads.length)} experiments`}
        </span>
        {chosen && (
          <>
            {query && <CopyButton text={query} label="Copy as query" />}
            {onOnly && (
              <Button label="Keep only these" icon={ListFilter} disabled={chosen.size === 0} onClick={only}>
                <span class="tk-wide-only">Keep only these</span>
              </Button>
            )}
            <Button label="Clear brushes" icon={X} onClick={() => keep({ brush: [] })}>
              <span class="tk-wide-only">Clear</span>
            </Button>
          </>
        )}
      </div>
      <Notes found={found} axes={axes} />
      {axes.length === 0 ? (
        <Empty code='track.start("run", config={"lr": 0.1})'>
          The hyperparameters in which experiments differ, and their metrics, are axes here.
        </Empty>
      ) : (
        <Drawing
          {...{ axes, heads, lit, shading, isLog, brushes, setBrush, toggleLog, move }}
          taken={chosen}
          onRemove={answer ? axis => keep(without(axes, axis, answer)) : undefined}
        />
      )}
    </div>
  );
}

/** By what lines are coloured: as chosen; without a choice by the first metric where there are many. */
function shadingOf(axes: readonly ParallelAxis[], heads: readonly Head[], color: string): ParallelAxis | undefined {
  if (color && color !== 'experiment') {
    return axes.find(axis => axis.key === color);
  }
  return color === '' && heads.length > NAMED ? axes.find(axis => !axis.key.startsWith('hyperparameters')) : undefined;
}

/** How axes are named to be asked for. */
function namesOf(axes: readonly ParallelAxis[], answer: ComparisonAnswer): Pick<ViewOptions, 'parameters' | 'targets'> {
  const parameters = axes.flatMap(axis => {
    const found = answer.hyperparameters.find(one => keyOf(one.section, one.name) === axis.key);
    return found ? [`${found.section}/${found.name}`] : [];
  });
  const targets = axes.flatMap(axis => (axis.key.startsWith('hyperparameters') ? [] : [targetOf(axis)]));
  return { parameters, targets };
}

function without(axes: readonly ParallelAxis[], axis: ParallelAxis, answer: ComparisonAnswer): Partial<ViewOptions> {
  return namesOf(
    axes.filter(one => one !== axis),
    answer,
  );
}

const KINDS: Record<string, string> = {
  last: 'value',
  min: 'min_value',
  max: 'max_value',
  mean: 'mean_value',
  first: 'first_value',
};

/** A metric's axis by the name that asks for it. */
function targetOf(axis: ParallelAxis): string {
  const [, metric, variant, statistic] =
    /^metrics\[("(?:[^"\\]|\\.)*")\]\[("(?:[^"\\]|\\.)*")\]\.(\w+)$/.exec(axis.key) ?? [];
  if (!metric || !variant) {
    return axis.key;
  }
  return `${JSON.parse(metric)}/${JSON.parse(variant)}.${KINDS[statistic ?? 'last']}`;
}

export function keyOf(section: string, name: string): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return `hyperparameters[${quoted(section)}][${quoted(name)}]`;
}

interface AxesProps {
  answer: ComparisonAnswer;
  axes: readonly ParallelAxis[];
  options: ViewOptions;
  keep: (patch: Partial<ViewOptions>) => void;
}

/** Which axes there are. */
function Axes({ answer, axes, options, keep }: AxesProps) {
  const targets = targetsOf(answer);
  const names = namesOf(axes, answer);
  const on = { parameters: textsOf(names.parameters), targets: textsOf(names.targets) };
  const isOn = (name: string) => on.targets.some(one => targetNamed(targets, one)?.name === name);
  const toggleParameter = (name: string) => {
    const next = on.parameters.includes(name) ? on.parameters.filter(one => one !== name) : [...on.parameters, name];
    keep({ parameters: next.length > 0 ? next : [], targets: on.targets });
  };
  const toggleTarget = (name: string) => {
    const others = on.targets.filter(one => targetNamed(targets, one)?.name !== name);
    const kind = textOf(options.value_type) || 'value';
    const added = name.startsWith('single/') ? name : `${name}.${kind}`;
    keep({ parameters: on.parameters, targets: isOn(name) ? others : [...others, added] });
  };
  const sections = new Set(answer.hyperparameters.map(one => one.section));
  return (
    <Popover label="Axes" icon={SlidersHorizontal} text={<span class="tk-wide-only">Axes</span>}>
      {() => (
        <div class="tk-axes-pick">
          <fieldset>
            <legend>Hyperparameters</legend>
            {answer.hyperparameters.map(({ section, name }) => {
              const full = `${section}/${name}`;
              return (
                <label key={full} class="tk-switch">
                  <input
                    type="checkbox"
                    checked={on.parameters.includes(full)}
                    onChange={() => toggleParameter(full)}
                  />
                  {sections.size > 1 ? full : name}
                </label>
              );
            })}
          </fieldset>
          <fieldset>
            <legend>Metrics</legend>
            {targets.map(({ name, label }) => (
              <label key={name} class="tk-switch">
                <input type="checkbox" checked={isOn(name)} onChange={() => toggleTarget(name)} />
                {label}
              </label>
            ))}
          </fieldset>
          <button
            type="button"
            class="tk-button tk-quiet"
            onClick={() => keep({ parameters: [], targets: [], order: [] })}
          >
            Those that differ
          </button>
        </div>
      )}
    </Popover>
  );
}

function Notes({ found, axes }: { found: ParallelAnswer; axes: readonly ParallelAxis[] }) {
  const notes = [
    ...found.unknown.map(name => `No experiment has ${name}.`),
    ...axes
      .filter(axis => axis.mixed)
      .map(axis => `${axis.label} is a number for some and text for others: all are shown as text.`),
    ...axes
      .filter(axis => axis.nonfinite > 0)
      .map(axis => `${axis.label} is NaN or infinite for ${integer(axis.nonfinite)}: at N/A.`),
  ];
  return notes.length > 0 ? (
    <p class="tk-compare-note" role="status">
      {notes.join(' ')}
    </p>
  ) : null;
}

interface DrawingProps {
  axes: readonly ParallelAxis[];
  heads: readonly Head[];
  lit: { value: string | null };
  shading: ParallelAxis | undefined;
  isLog: (axis: ParallelAxis) => boolean;
  brushes: readonly Brush[];
  taken: ReadonlySet<number> | null;
  setBrush: (key: string, brush: Brush | null) => void;
  toggleLog: (axis: ParallelAxis) => void;
  move: (from: number, to: number) => void;
  onRemove: ((axis: ParallelAxis) => void) | undefined;
}

/** The least room between two axes: with more axes the drawing scrolls. */
const LEAST = 84;

function Drawing(props: DrawingProps) {
  const { axes, heads, lit, shading, isLog, brushes, taken: chosen, setBrush, toggleLog, move, onRemove } = props;
  const root = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const theme = useTheme();
  const version = useSignal(0);
  useLayoutEffect(() => {
    const element = root.current as HTMLElement;
    const take = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && (width !== size.peek().width || height !== size.peek().height)) {
        size.value = { width, height };
      }
    };
    take();
    const sizes = new ResizeObserver(take);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  useEffect(
    () =>
      onTheme(theme, () => {
        version.value += 1;
      }),
    [theme],
  );
  const geometry = useMemo((): Geometry => {
    const { width: room, height } = size.value;
    const width = Math.max(room, 2 * EDGE + LEAST * (axes.length - 1));
    const gap = axes.length > 1 ? (width - 2 * EDGE) / (axes.length - 1) : 0;
    const x = axes.map((_, at) => (axes.length > 1 ? EDGE + gap * at : width / 2));
    return { width, height, x, top: HEAD, bottom: Math.max(HEAD + 40, height - BELOW - 18) };
  }, [size.value, axes.length]);
  const logs = axes.map(isLog).join();
  const lines = useMemo(() => {
    if (!root.current || geometry.width === 0) {
      return null;
    }
    const paint = paintOf(root.current);
    const style = getComputedStyle(root.current);
    const shades = Array.from({ length: SHADES }, (_, at) => style.getPropertyValue(`--tk-shade-${at}`).trim());
    const colors = colorsOf(heads, shading, shading ? isLog(shading) : false, paint, shades);
    return { heads, heights: heightsOf(axes, isLog, geometry), colors, geometry, taken: chosen, paint };
  }, [axes, heads, geometry, shading, logs, chosen, version.value, size.value]);
  useLayoutEffect(() => {
    if (lines && under.current) {
      drawLines(under.current, lines);
    }
  }, [lines]);
  const litAt = heads.findIndex(head => head.id === lit.value);
  useLayoutEffect(() => {
    if (lines && over.current) {
      drawLit(over.current, lines, litAt);
    }
  }, [lines, litAt]);
  const frame = useRef(0);
  const point = (event: PointerEvent) => {
    const box = (over.current as HTMLElement).getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const at = lines ? lineAt(lines, left, top) : -1;
      const id = heads[at]?.id ?? null;
      if (lit.value !== id) {
        lit.value = id;
      }
    });
  };
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const pointed = heads[litAt];
  const gap = geometry.x.length > 1 ? (geometry.x[1] as number) - (geometry.x[0] as number) : geometry.width;
  return (
    <div class="tk-parallel" ref={root}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing, no group of fields */}
      <div
        class="tk-parallel-sheet"
        role="group"
        aria-label={`Parallel coordinates of ${integer(heads.length)} experiments`}
        style={{ width: `${geometry.width}px` }}
        onPointerMove={point}
        onPointerLeave={() => {
          cancelAnimationFrame(frame.current);
          lit.value = null;
        }}
      >
        <canvas ref={under} class="tk-parallel-lines" />
        <canvas ref={over} class="tk-parallel-lines" />
        {axes.map((axis, at) => (
          <Axis
            key={axis.key}
            axis={axis}
            at={at}
            x={geometry.x[at] ?? 0}
            gap={gap}
            places={geometry.x}
            span={[geometry.top, geometry.bottom]}
            log={isLog(axis)}
            marks={marksOf(axis, isLog(axis))}
            shaded={axis === shading}
            brush={brushes.find(brush => brush.key === axis.key) ?? null}
            value={litAt < 0 ? null : (axis.values[litAt] ?? null)}
            lit={litAt >= 0}
            onBrush={brush => setBrush(axis.key, brush)}
            onLog={axis.positive ? () => toggleLog(axis) : undefined}
            onMove={to => move(at, to)}
            onRemove={onRemove && axes.length > 1 ? () => onRemove(axis) : undefined}
          />
        ))}
      </div>
      <p class="tk-parallel-said" aria-live="off">
        {pointed ? pointed.name : chosen?.size === 0 ? 'No experiment lies in all brushes.' : ''}
      </p>
    </div>
  );
}
