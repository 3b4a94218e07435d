// The sheet of parallel coordinates: lines on a canvas, the axes over them, and the line under the pointer.

import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { paintOf } from '../charts/paint';
import { onTheme } from '../charts/retheme';
import { integer } from '../parts/format';
import { useTheme } from '../parts/theme';
import type { Head, HeadGroup, ParallelAxis } from './answers';
import { Axis } from './axis';
import { isLit } from './company';
import { BELOW, colorsOf, drawLines, drawLit, type Geometry, heightsOf, lineAt } from './lines';
import { type Brush, marksOf } from './places';

const HEAD = 46;
const EDGE = 56;
const SHADES = 5;

interface SheetProps {
  axes: readonly ParallelAxis[];
  heads: readonly Head[];
  /** Those of which all lines are lit where one is pointed at elsewhere. */
  groups: readonly HeadGroup[];
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

export function Sheet(props: SheetProps) {
  const {
    axes,
    heads,
    groups,
    lit,
    shading,
    isLog,
    brushes,
    taken: chosen,
    setBrush,
    toggleLog,
    move,
    onRemove,
  } = props;
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
      const id = lit.value;
      drawLit(
        over.current,
        lines,
        id === null ? [] : heads.flatMap((head, at) => (isLit(head.id, id, groups) ? [at] : [])),
      );
    }
  }, [lines, lit.value, groups]);
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
