// The drawings of attempts: their courses over one another, and their final values in a row.

import { short } from '../parts/format';
import type { Attempt } from '../protocol';

const SMALL = { width: 72, height: 16 };
const LARGE = { width: 240, height: 64 };
/** Of the large one, for the ends of its scale. */
const ENDS = 54;
/** So wide are the words that say that a course leaves the scale. */
const WORDS = 66;
const BAR = 4;
const HEIGHT = 14;

type Ends = [low: number, high: number];

/** How many times as far as the others reach one has to go astray, for the scale not to be stretched for it. */
const ASTRAY = 4;

/** What the courses of the attempts of a cell are drawn on, so that one can be told from another at a glance. */
export interface Scale {
  x: Ends;
  y: Ends;
}

export function scaleOf(items: readonly Attempt[]): Scale {
  const courses = items.map(item => item.course);
  const heights = courses.map(course => (course?.y ?? []).filter(value => value !== null));
  return {
    x: ends(courses.flatMap(course => course?.x ?? [])),
    y: usual(heights.filter(values => values.length > 0).map(ends)),
  };
}

interface CourseProps {
  items: readonly Attempt[];
  scale: Scale;
  /** With the ends of the scale beside it. */
  large?: boolean;
}

/** The courses of attempts over one another, the last one in front. */
export function Course({ items, scale, large = false }: CourseProps) {
  const { width, height } = large ? LARGE : SMALL;
  if (!items.some(item => item.course?.y.some(value => value !== null))) {
    return <span class="tk-faint">–</span>;
  }
  const right = width - (large ? ENDS : 1);
  const across = along(scale.x, 1, right);
  const up = along(scale.y, height - 2, 2);
  const last = items.at(-1);
  const left = last && leaves(last, scale);
  const said = `Attempt ${last?.number}: ${short(first(last))} to ${short(last?.value)}${left ? ', off the scale' : ''}`;
  return (
    <svg
      class="tk-course"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={said}
    >
      <title>{said}</title>
      {large && scale.y[1] > scale.y[0] && (
        <g class="tk-course-ends">
          <text x={width} y={9}>
            {short(scale.y[1])}
          </text>
          <text x={width} y={height - 2}>
            {short(scale.y[0])}
          </text>
        </g>
      )}
      {items.map(
        (item, at) =>
          item.course && (
            <path
              key={item.id}
              class={at === items.length - 1 ? '' : 'tk-course-before'}
              d={line(item.course, across, up)}
            />
          ),
      )}
      {left && <Leaving at={across(left.x)} right={right} y={left.up ? 9 : height - 2} arrow={left.up ? '↑' : '↓'} />}
    </svg>
  );
}

/** Where a course leaves the scale: in words, on the side that has room for them, else an arrow. */
function Leaving({ at, right, y, arrow }: { at: number; right: number; y: number; arrow: string }) {
  const before = right - at < at;
  return (
    <text x={before ? at - 3 : at + 3} y={y} text-anchor={before ? 'end' : 'start'}>
      {Math.max(at, right - at) < WORDS ? arrow : `${arrow} off the scale`}
    </text>
  );
}

/** Where a course leaves the scale, and whether that is above it. */
function leaves({ course }: Attempt, { y: [low, high] }: Scale): { x: number; up: boolean } | undefined {
  const at = course?.y.findIndex(value => value !== null && (value < low || value > high)) ?? -1;
  // Where it was last on the scale, if it was.
  return at < 0 ? undefined : { x: course?.x[Math.max(0, at - 1)] ?? 0, up: Number(course?.y[at]) > high };
}

/** Final values, the oldest at the left; the best one in colour. */
export function Values({ items, best }: { items: readonly Attempt[]; best: string | undefined }) {
  const numbers = items.map(item => item.value).filter((value): value is number => typeof value === 'number');
  const up = along(usual(numbers.map(value => [value, value])), 2, HEIGHT);
  const width = items.length * (BAR + 1);
  return (
    <svg class="tk-values" viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
      {[...items].reverse().map((item, at) => {
        const tall = typeof item.value === 'number' ? Math.min(HEIGHT, Math.max(1, up(item.value))) : 1;
        const kind = item.id === best ? 'tk-values-best' : '';
        return <rect key={item.id} class={kind} x={at * (BAR + 1)} y={HEIGHT - tall} width={BAR} height={tall} />;
      })}
    </svg>
  );
}

function first(item: Attempt | undefined): number | null | undefined {
  return item?.course?.y.find(value => value !== null);
}

function ends(values: readonly number[]): Ends {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** From the lowest to the highest, without what lies far from all others: one that diverges would flatten them. */
function usual(extents: readonly Ends[]): Ends {
  const [lows, highs] = [extents.map(([low]) => low), extents.map(([, high]) => high)];
  const reach = median(extents.map(([low, high]) => high - low));
  const [lowest, highest] = [median(lows), median(highs)];
  // Where most are the same, whatever differs is worth seeing.
  const down = ASTRAY * Math.max(reach, median(lows.map(low => Math.abs(low - lowest)))) || Number.POSITIVE_INFINITY;
  const up = ASTRAY * Math.max(reach, median(highs.map(high => Math.abs(high - highest)))) || Number.POSITIVE_INFINITY;
  return [ends(lows.filter(low => low >= lowest - down))[0], ends(highs.filter(high => high <= highest + up))[1]];
}

/** The middle of some numbers: of an even count, the lower of the two. */
function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[(values.length - 1) >> 1] ?? 0;
}

function along([low, high]: Ends, from: number, to: number): (value: number) => number {
  return value => (high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2);
}

function line(
  course: NonNullable<Attempt['course']>,
  across: (x: number) => number,
  up: (y: number) => number,
): string {
  let pen = 'M';
  const pieces = course.y.map((value, at) => {
    const piece = value === null ? '' : `${pen}${across(course.x[at] ?? 0).toFixed(1)} ${up(value).toFixed(1)}`;
    pen = value === null ? 'M' : 'L';
    return piece;
  });
  const path = pieces.join('');
  return /L/.test(path) ? path : `${path}h.01`;
}
