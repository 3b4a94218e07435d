// The course of a metric in a cell: read for the rows in sight, a few at a time.

import { signal } from '@preact/signals';
import { short } from '../parts/format';
import type { Sparkline as Course } from '../protocol';
import type { Source } from '../source';

const WIDTH = 88;
const HEIGHT = 18;
const BATCH = 20;
const KEPT = 2_000;

/** Courses by metric and experiment; asks for what is missing, and again for what has moved on. */
export class Courses {
  readonly version = signal(0);
  private readonly known = new Map<string, { state: string; course: Course | null }>();
  private wanted: [metric: string, id: string, state: string][] = [];
  private reading = false;

  constructor(private readonly source: Source) {}

  get(metric: string, id: string): Course | null | undefined {
    return this.known.get(`${metric} ${id}`)?.course;
  }

  /** Have the courses of these experiments, in the state named, read if they are not known. */
  want(metric: string, rows: readonly [id: string, state: string][]): void {
    this.wanted = [
      ...this.wanted.filter(([other]) => other !== metric),
      ...rows
        .filter(([id, state]) => this.known.get(`${metric} ${id}`)?.state !== state)
        .map(([id, state]) => [metric, id, state] as [string, string, string]),
    ];
    void this.read();
  }

  private async read(): Promise<void> {
    if (this.reading) {
      return;
    }
    this.reading = true;
    while (this.wanted.length > 0) {
      const metric = this.wanted[0]?.[0] ?? '';
      const batch = this.wanted.filter(([other]) => other === metric).slice(0, BATCH);
      this.wanted = this.wanted.filter(one => !batch.includes(one));
      const objects = batch.map(([, id]) => id);
      const answer = await this.source.read('sparklines', { objects, metric }).catch(() => null);
      for (const [, id, state] of batch) {
        this.known.delete(`${metric} ${id}`);
        this.known.set(`${metric} ${id}`, { state, course: answer?.items[id] ?? null });
      }
      for (const key of this.known.keys()) {
        if (this.known.size <= KEPT) {
          break;
        }
        this.known.delete(key);
      }
      this.version.value += 1;
    }
    this.reading = false;
  }
}

export function Sparkline({ course, title }: { course: Course | null | undefined; title: string }) {
  if (!course) {
    return <span class="tk-faint">{course === null ? '–' : ''}</span>;
  }
  const values = course.y.filter((value): value is number => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [course.x[0] ?? 0, course.x.at(-1) ?? 0];
  const pieces: string[] = [];
  let pen = 'M';
  course.y.forEach((value, at) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const x = to > from ? (((course.x[at] ?? 0) - from) / (to - from)) * (WIDTH - 2) + 1 : WIDTH / 2;
    const y = high > low ? HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4) : HEIGHT / 2;
    pieces.push(`${pen}${x.toFixed(1)} ${y.toFixed(1)}`);
    pen = 'L';
  });
  const words = values.length > 0 ? `${title}: ${short(values[0])} to ${short(values.at(-1))}` : `${title}: no numbers`;
  return (
    <svg
      class="tk-sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={words}
    >
      <title>{words}</title>
      <path d={pieces.length === 1 ? `${pieces[0]}h.01` : pieces.join('')} />
    </svg>
  );
}
