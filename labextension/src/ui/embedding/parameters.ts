// What an embed URL may say: its parameters, and the values of those that have few.

import type { ViewKind } from '../protocol';

/** An embed URL that cannot be read; `field` names the parameter. */
export class EmbedError extends Error {
  override name = 'EmbedError';
  constructor(
    message: string,
    readonly field: string,
  ) {
    super(message);
  }
}

export const PATH = '/trackkit/widgets/';
/** Characters at most, of an address that is read. */
export const LONGEST = 32_768;
/** Parameters at most. */
export const MOST = 1_000;

export const TYPES = {
  plot: 'plot',
  scalar: 'scalars',
  single: 'single',
  sample: 'samples',
  parcoords: 'comparison',
  experiment: 'experiment',
  comparison: 'comparison',
  model: 'model',
  table: 'table',
} as const satisfies Record<string, ViewKind>;
export type EmbedType = keyof typeof TYPES;

/** "timestamp" means time from start and "iso_time" wall time. */
export const XAXES = { iter: 'iterations', timestamp: 'relative', iso_time: 'wall' } as const;
export const OBJECT_TYPES = { task: 'experiment', model: 'model', experiment: 'experiment' } as const;
/** What a comparison may be told: lists of names, and single texts. */
export const COMPARISON_NAMES = ['parameters', 'targets', 'log', 'brush', 'order'];
export const COMPARISON_TEXTS = ['base', 'color', 'statistic', 'sample'];
/** Options of a table that stand in a URL as the parameters of a query do. */
export const TABLE = ['query', 'order_by'];
/** Keys that say how to show; everything else chooses the objects. */
export const OWN = new Set(
  (
    'type objectType objects tasks models metrics variants iterations xaxis value_type series company light theme ' +
    'store tab smoothing group_by width height x_metric smoothing_kind smoothing_window smoothing_sigma by over line band ' +
    `${[...COMPARISON_NAMES, ...COMPARISON_TEXTS].join(' ')} identical iteration columns`
  ).split(' '),
);
export const CURVES = ['x_metric', 'smoothing_kind', 'smoothing_window', 'smoothing_sigma', 'line', 'band'];
/** What a claim says: texts, in which a comma separates nothing. */
export const CLAIM = ['text', 'metric', 'a', 'b', 'value', 'better', 'level', 'then'];
/** First segments of the keys of a dynamic query. */
export const QUERY = new Set(
  (
    'id user tags system_tags status project parent hyperparams execution created started completed finished published ' +
    'active_duration last_iteration last_metrics status_changed last_update last_change name comment description report ' +
    'runtime _any_ _all_ _or_ _and_ search_text order_by page page_size start size scroll_id refresh_scroll only_fields ' +
    'allow_public include_subprojects search_hidden framework uri task experiment models ready metadata filters query'
  ).split(' '),
);
export const CHOICES: Record<string, readonly string[]> = {
  smoothing_kind: ['none', 'ema', 'time_weighted', 'running', 'gaussian'],
  line: ['mean', 'median'],
  band: ['none', 'minmax', 'std', 'stderr', 'ci95'],
  statistic: ['last', 'first', 'min', 'max', 'mean'],
  value: ['last', 'min', 'max', 'mean'],
  better: ['higher', 'lower'],
};
export const VALUE_TYPES = ['value', 'min_value', 'max_value', 'mean_value', 'first_value'];
