// Metrics by what they are called, and the statistics of one.

import type { FieldsAnswer } from '../protocol';
import type { Statistic } from './query';

export const STATISTICS: [Statistic, string][] = [
  ['value', 'Last'],
  ['min_value', 'Minimum'],
  ['max_value', 'Maximum'],
];

export function keyOf([metric, variant]: readonly [string, string]): string {
  return metric === variant ? metric : `${metric}/${variant}`;
}

/** Metric and variant by what they are called together. */
export function pairOf(text: string, metrics: FieldsAnswer['metrics']): [string, string] {
  const known = metrics.find(pair => keyOf(pair) === text);
  const at = text.indexOf('/');
  return known ?? (at < 0 ? [text, text] : [text.slice(0, at), text.slice(at + 1)]);
}

/** Section and name of a hyperparameter. */
export function hyperparameterOf(text: string): [string, string] {
  const at = text.indexOf('/');
  return at < 0 ? ['General', text] : [text.slice(0, at), text.slice(at + 1)];
}
