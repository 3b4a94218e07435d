// Which of several experiments did best in a metric: only said where its name tells what better means.

import type { Num } from '../protocol';

export type Direction = 'min' | 'max';

const LESS =
  /(^|[^a-z])(loss|losses|error|err|mae|mse|rmse|mape|nll|perplexity|ppl|wer|cer|fid|latency|time|seconds|duration|entropy|cost)([^a-z]|$)/;
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
