// What is to be told of experiments that run: each thing once.

import { duration, milliseconds } from '../ui/parts/format';
import type { ExperimentRecord, RunningAnswer, RunningRow } from '../ui/protocol';
import type { Settings } from './settings';

type Ended = Pick<ExperimentRecord, 'id' | 'name' | 'status' | 'started' | 'finished' | 'status_reason'>;

/** What is to be told of an experiment that no longer runs; null: nothing. */
export function toldOfEnd(
  record: Ended,
  settings: Pick<Settings, 'notifyEnded' | 'notifyFailed' | 'notifyAfter'>,
): { text: string; type: 'success' | 'info' | 'error' } | null {
  const { name, status, status_reason: reason } = record;
  const [from, to] = [milliseconds(record.started), milliseconds(record.finished)];
  const lasted = from === null || to === null ? null : to - from;
  const gone = status === 'aborted' && reason !== null && reason !== undefined && reason !== 'interrupted';
  if (status === 'failed' || gone) {
    const why = reason ? `: ${reason}` : '';
    return settings.notifyFailed ? { text: `${name} ${gone ? 'was aborted' : 'failed'}${why}`, type: 'error' } : null;
  }
  if (!settings.notifyEnded || (lasted !== null && lasted < settings.notifyAfter * 1_000)) {
    return null;
  }
  const after = lasted === null ? '' : ` after ${duration(lasted)}`;
  if (status === 'completed' && reason) {
    return { text: `${name} was ${reason}${after}`, type: 'info' }; // "stopped by ann"
  }
  return status === 'completed' || status === 'published'
    ? { text: `${name} completed${after}`, type: 'success' }
    : { text: `${name} was aborted${after}`, type: 'info' };
}

/** What happened between two looks. */
export class Course {
  private running = new Map<string, RunningRow>();
  private readonly nan = new Set<string>();

  /** Those that turned NaN for the first time, and those that do not run any more as far as can be seen. */
  step(answer: RunningAnswer): { nan: RunningRow[]; left: string[] } {
    const now = new Map(answer.items.map(row => [row.id, row]));
    const nan = answer.items.filter(row => row.nan.length > 0 && !this.nan.has(row.id));
    for (const row of nan) {
      this.nan.add(row.id);
    }
    const left = [...this.running.keys()].filter(id => !now.has(id));
    this.running = now;
    return { nan, left };
  }
}
