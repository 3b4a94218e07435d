// A hyperparameter against a metric, a point for each experiment, with the line that fits best and how well it does.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { formatValue } from '../charts/format';
import { paintOf } from '../charts/paint';
import { Switch } from '../charts/tools';
import { integer } from '../parts/format';
import { useLive } from '../parts/live';
import { Empty, Nothing, Problem, SkeletonTiles } from '../parts/states';
import { useTheme } from '../parts/theme';
import type { Head, HeadGroup, ParallelAxis, TrendAnswer } from './answers';
import { keyOf, keyOfMetric } from './axespick';
import {
  areTold,
  inColors,
  isLit,
  nameOf,
  targetNamed,
  targetsOf,
  textOf,
  textsOf,
  useCompany,
  VALUE_TYPES,
} from './company';
import { colorsOf } from './lines';
import { useParallel } from './parallel';
import { isLogarithmic, marksOf, placeOf, whyLinear, withLogarithmic } from './places';

const REST_MS = 2_000;
const PAD = { top: 12, right: 20, bottom: 44, left: 66 };
const SHADES = 5;

/** A correlation, with the sign as it is typeset. */
export function correlation(value: number | null): string {
  return value === null ? '–' : value.toFixed(2).replace('-', '−');
}

export function probability(p: number | null): string {
  return p === null ? '' : p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

export function Scatter() {
  const { source, heads, shown, groups, answer, options, keep, lit } = useCompany();
  const targets = targetsOf(answer);
  const parameters = answer.hyperparameters.map(({ section, name }) => ({ full: `${section}/${name}`, name }));
  const known = textsOf(options.parameters)[0];
  const differing = answer.hyperparameters.find(row => row.texts.length > 1) ?? answer.hyperparameters[0];
  const x =
    parameters.find(one => one.full === known || one.name === known)?.full ??
    (differing ? `${differing.section}/${differing.name}` : '');
  const wanted = textsOf(options.targets)[0] ?? '';
  const y = targetNamed(targets, wanted)?.name ?? targets[0]?.name ?? '';
  const kind = textOf(options.value_type) || (/\.(\w+_value)$/.exec(wanted)?.[1] ?? 'value');
  const ids = heads.map(head => head.id);
  // By what points may be coloured: the key of its axis, as in parallel coordinates, what it is called, how it is asked for.
  const hues = [
    ...answer.hyperparameters.map(({ section, name }) => ({
      key: keyOf(section, name),
      label: name,
      asked: { parameters: [`${section}/${name}`], metrics: [] as string[] },
    })),
    ...answer.metrics.map(([metric, variant]) => ({
      key: keyOfMetric(metric, variant, kind),
      label: nameOf(metric, variant),
      asked: { parameters: [] as string[], metrics: [`${metric}/${variant}`] },
    })),
    ...answer.singles.map(([name]) => ({
      key: `single/${name}`,
      label: name,
      asked: { parameters: [] as string[], metrics: [`single/${name}`] },
    })),
  ];
  const hue = hues.find(one => one.key === options.color);
  const live = useParallel(source, ids, {
    parameters: x ? [...new Set([x, ...(hue?.asked.parameters ?? [])])] : [],
    metrics: y ? [...new Set([y, ...(hue?.asked.metrics ?? [])])] : [],
    value_type: kind,
  });
  const found = live.value.value;
  const xAxis = found?.axes.find(axis => axis.key === keyOf(...(x.split(/\/(.*)/s).slice(0, 2) as [string, string])));
  const yAxis = found?.axes.find(axis => axis.label !== '' && !axis.key.startsWith('hyperparameters'));
  const log = textsOf(options.log);
  const [xLog, yLog] = [xAxis, yAxis].map(axis => axis !== undefined && isLogarithmic(axis, log)) as [boolean, boolean];
  const shownIds = shown.map(head => head.id);
  const trend = useLive(
    source,
    shownIds,
    async signal =>
      x && y && shownIds.length > 0
        ? source.read(
            'trend',
            { objects: shownIds, parameter: x, metric: y, value_type: kind, log: xLog, log_metric: yLog },
            signal,
          )
        : null,
    [shownIds.join(), x, y, kind, xLog, yLog],
    REST_MS,
  );
  if (!x || !y) {
    return (
      <Empty code='track.start("run", config={"lr": 0.1}).log({"loss/val": 0.3})'>
        A hyperparameter against a metric appears here.
      </Empty>
    );
  }
  const shading = hue && found?.axes.find(axis => axis.key === hue.key);
  const select = (
    label: string,
    value: string,
    choices: readonly (readonly [string, string])[],
    onChange: (next: string) => void,
  ) => (
    <label class="tk-label">
      {label}
      <select
        class="tk-choice"
        aria-label={label}
        value={value}
        onChange={event => onChange(event.currentTarget.value)}
      >
        {choices.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
  const logarithmic = (which: string, axis: ParallelAxis | undefined, on: boolean) =>
    axis && (
      <Switch
        label="Log"
        name={`Logarithmic ${which} axis`}
        on={on}
        disabled={!axis.positive}
        title={whyLinear(axis) || `Draw ${axis.label} on a logarithmic axis`}
        onChange={next => keep({ log: withLogarithmic(found?.axes ?? [], log, axis, next) })}
      />
    );
  const names = parameters.map(one => [one.full, one.name] as const);
  const metrics = targets.map(one => [one.name, one.label] as const);
  return (
    <div class="tk-compare-section">
      <div class="tk-bar tk-compare-tools">
        <span class="tk-scatter-axis">
          {select('Horizontal', x, names, next =>
            keep({ parameters: [next, ...textsOf(options.parameters).filter(one => one !== next && one !== x)] }),
          )}
          {logarithmic('horizontal', xAxis, xLog)}
        </span>
        <span class="tk-scatter-axis">
          {select('Vertical', y, metrics, next =>
            keep({
              targets: [
                next,
                ...textsOf(options.targets).filter(one => one !== next && targetNamed(targets, one)?.name !== y),
              ],
            }),
          )}
          {logarithmic('vertical', yAxis, yLog)}
        </span>
        {select('Value', kind, VALUE_TYPES, next => keep({ value_type: next }))}
        {select(
          'Colour',
          hue?.key ?? 'experiment',
          [
            ['experiment', groups.length > 0 ? 'Group' : 'Experiment'],
            ...hues.map(one => [one.key, one.label] as const),
          ],
          next => keep({ color: next }),
        )}
      </div>
      {live.error.value && <Problem error={live.error.value} onRetry={() => live.wake()} />}
      {found && xAxis && yAxis ? (
        <>
          <TrendWords
            trend={trend.value.value ?? null}
            x={xLog ? `log10 of ${xAxis.label}` : xAxis.label}
            y={yLog ? `log10 of ${yAxis.label}` : ''}
          />
          <Points
            x={xAxis}
            y={yAxis}
            shading={shading}
            heads={[...inColors(found.experiments, groups)]}
            shown={new Set(shownIds)}
            log={[xLog, yLog]}
            shade={shading !== undefined && isLogarithmic(shading, log)}
            trend={trend.value.value ?? null}
            groups={groups}
            lit={lit}
          />
        </>
      ) : found ? (
        <Nothing>No experiment has both.</Nothing>
      ) : live.late.value ? (
        <SkeletonTiles />
      ) : null}
    </div>
  );
}

/** What the line is: `x` and `y` as they were fitted, `y` only where it is not as it is shown. */
function TrendWords({ trend, x, y }: { trend: TrendAnswer | null; x: string; y: string }) {
  if (!trend) {
    return null;
  }
  if (!trend.line) {
    return <p class="tk-compare-note">{trend.note}</p>;
  }
  return (
    <p
      class="tk-compare-note tk-number"
      title="The straight line of ordinary least squares, its correlation r with a two-sided t-test, and Spearman's rank correlation"
    >
      <b>r = {correlation(trend.r)}</b> {trend.p !== null && `(${probability(trend.p)})`} · Spearman{' '}
      {correlation(trend.spearman)}
      {trend.spearman_p !== null && ` (${probability(trend.spearman_p)})`} · {integer(trend.count)} experiments
      {trend.left_out > 0 && `, ${integer(trend.left_out)} left out`} · least squares{y && ` of ${y}`} over {x}
      {trend.count < 10 && <span class="tk-warn"> · few experiments: take it as a hint</span>}
    </p>
  );
}

function titled({ label }: ParallelAxis, log: boolean): string {
  return log ? `${label} (log)` : label;
}

interface PointsProps {
  x: ParallelAxis;
  y: ParallelAxis;
  shading: ParallelAxis | undefined;
  heads: readonly Head[];
  groups: readonly HeadGroup[];
  shown: ReadonlySet<string>;
  /** Whether the axes are logarithmic, and the scale of the colours. */
  log: readonly [across: boolean, up: boolean];
  shade: boolean;
  trend: TrendAnswer | null;
  lit: { value: string | null };
}

function Points({ x, y, shading, heads, groups, shown, log: [xLog, yLog], shade, trend, lit }: PointsProps) {
  const root = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const theme = useTheme();
  useLayoutEffect(() => {
    const element = root.current as HTMLElement;
    const take = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0) {
        size.value = { width, height };
      }
    };
    take();
    const sizes = new ResizeObserver(take);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  const { width, height } = size.value;
  const right = Math.max(PAD.left + 40, width - PAD.right);
  const bottom = Math.max(PAD.top + 40, height - PAD.bottom);
  // Points at the ends of an axis stand inside it.
  const inset = 10;
  const left = (place: number) => PAD.left + inset + place * (right - PAD.left - 2 * inset);
  const top = (place: number) => bottom - inset - place * (bottom - PAD.top - 2 * inset);
  const colors = useMemo(() => {
    if (!root.current) {
      return [];
    }
    const style = getComputedStyle(root.current);
    const shades = Array.from({ length: SHADES }, (_, at) => style.getPropertyValue(`--tk-shade-${at}`).trim());
    const many = !shading && !areTold(groups, heads);
    const paint = paintOf(root.current);
    return many
      ? heads.map(() => style.getPropertyValue('--tk-series-0').trim())
      : colorsOf(heads, shading, shade, paint, shades);
  }, [heads, groups, shading, shade, theme.value.version, width > 0]);
  const points = heads.flatMap((head, at) => {
    const [across, up] = [placeOf(x, x.values[at] ?? null, xLog), placeOf(y, y.values[at] ?? null, yLog)];
    return across === null || up === null ? [] : [{ head, at, left: left(across), top: top(up) }];
  });
  const pointed = points.find(point => point.head.id === lit.value);
  const line = trend?.line?.map(([a, b]): [number, number] => [
    left(placeOf(x, a, xLog) ?? 0),
    top(placeOf(y, b, yLog) ?? 0),
  ]);
  const words = (at: number) =>
    x.kind === 'category' ? (x.categories[x.values[at] ?? -1] ?? '') : formatValue(x.values[at] as number);
  const missing = heads.length - points.length;
  const missed = `${integer(missing)} ${missing === 1 ? 'experiment has' : 'experiments have'} no place here`;
  return (
    <div class="tk-scatter" ref={root}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${y.label} over ${x.label}, ${points.length} experiments`}
        >
          {marksOf(y, yLog).map(([place, label]) => (
            <g key={label}>
              <line class="tk-scatter-grid" x1={PAD.left} x2={right} y1={top(place)} y2={top(place)} />
              <text x={PAD.left - 8} y={top(place)} dy="0.32em" text-anchor="end">
                {label}
              </text>
            </g>
          ))}
          <line class="tk-scatter-base" x1={PAD.left} x2={right} y1={bottom} y2={bottom} />
          {marksOf(x, xLog, 6, 8).map(([place, label]) => (
            <text key={label} x={left(place)} y={bottom + 16} text-anchor="middle">
              {label}
            </text>
          ))}
          <text class="tk-scatter-title" x={(PAD.left + right) / 2} y={height - 6} text-anchor="middle">
            {titled(x, xLog)}
          </text>
          <text
            class="tk-scatter-title"
            transform={`translate(12 ${(PAD.top + bottom) / 2}) rotate(-90)`}
            text-anchor="middle"
          >
            {titled(y, yLog)}
          </text>
          {line?.[0] && line[1] && (
            <line class="tk-scatter-trend" x1={line[0][0]} y1={line[0][1]} x2={line[1][0]} y2={line[1][1]} />
          )}
          {points.map(point => (
            <circle
              key={point.head.id}
              class={shown.has(point.head.id) ? 'tk-scatter-point' : 'tk-scatter-point tk-off'}
              cx={point.left}
              cy={point.top}
              r={isLit(point.head.id, lit.value, groups) ? 7 : points.length > 200 ? 3.5 : 5}
              fill={colors[point.at]}
              onPointerEnter={() => {
                lit.value = point.head.id;
              }}
              onPointerLeave={() => {
                lit.value = null;
              }}
            />
          ))}
        </svg>
      )}
      {pointed && (
        <div
          class="tk-scatter-tip"
          style={{ left: `${Math.min(pointed.left + 12, width - 190)}px`, top: `${Math.max(4, pointed.top - 54)}px` }}
        >
          <b>{pointed.head.name}</b>
          <span>
            {x.label} {words(pointed.at)}
          </span>
          <span>
            {y.label} {formatValue(y.values[pointed.at] as number)}
          </span>
        </div>
      )}
      {missing > 0 && (
        <p class="tk-scatter-missing tk-faint" title={missed}>
          {missed}
        </p>
      )}
    </div>
  );
}
