// Which of several experiments did best in a metric: only said where its name tells what better means.

import type { MetricSummary, Num } from '../protocol';

export type Direction = 'min' | 'max';

const LESS =
  /(^|[^a-z])(loss|losses|error|err|mae|mse|rmse|mape|nll|perplexity|ppl|wer|cer|fid|latency|time|seconds|duration|entropy)([^a-z]|$)/;
const MORE =
  /(^|[^a-z])(accuracy|acc|auc|auroc|f1|precision|recall|score|iou|dice|bleu|rouge|map|ndcg|r2|reward|return|throughput|top1|top5|top-1|top-5|psnr|ssim)([^a-z]|$)/;

/** What better means for a metric; null where the name does not say. */
export function directionOf(metric: string): Direction | null {
  const name = metric.toLowerCase().replace(/[_.]/g, ' ');
  const less = LESS.test(name);
  const more = MORE.test(name);
  return less === more ? null : less ? 'min' : 'max';
}

/** Places of the best value; none when all are alike, or nothing is known about what better means. */
export function bestOf(values: readonly (Num | null | undefined)[], direction: Direction | null): Set<number> {
  const finite = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (!direction || finite.length < 2) {
    return new Set();
  }
  const best = finite.reduce((one, other) => (direction === 'min' ? Math.min(one, other) : Math.max(one, other)));
  const places = values.flatMap((value, at) => (value === best ? [at] : []));
  return new Set(places.length === values.length ? [] : places);
}

export interface Row {
  /** What the rows are grouped by: a section of hyperparameters, or nothing. */
  group: string;
  name: string;
  values: (string | null)[];
  differs: boolean;
}

/** Hyperparameters side by side, those that differ first; otherwise in the order they came. */
export function parameterRows(sets: readonly Record<string, Record<string, { value: string | null }>>[]): Row[] {
  const keys = new Map<string, [string, string]>();
  for (const sections of sets) {
    for (const [section, names] of Object.entries(sections)) {
      for (const name of Object.keys(names)) {
        keys.set(JSON.stringify([section, name]), [section, name]);
      }
    }
  }
  const rows = [...keys.values()].map(([group, name]): Row => {
    const values = sets.map(sections => sections[group]?.[name]?.value ?? null);
    return { group, name, values, differs: new Set(values).size > 1 };
  });
  return [...rows.filter(row => row.differs), ...rows.filter(row => !row.differs)];
}

export interface MetricRow {
  metric: string;
  variant: string;
  summaries: (MetricSummary | null)[];
}

export function metricRows(sets: readonly Record<string, Record<string, MetricSummary>>[]): MetricRow[] {
  const keys = new Map<string, [string, string]>();
  for (const metrics of sets) {
    for (const [metric, variants] of Object.entries(metrics)) {
      for (const variant of Object.keys(variants)) {
        keys.set(JSON.stringify([metric, variant]), [metric, variant]);
      }
    }
  }
  const rows = [...keys.values()].map(([metric, variant]) => ({
    metric,
    variant,
    summaries: sets.map(metrics => metrics[metric]?.[variant] ?? null),
  }));
  return rows.sort((one, other) => Number(one.metric.startsWith(':')) - Number(other.metric.startsWith(':')));
}
