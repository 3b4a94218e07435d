// What the reads of a comparison answer.

import type { LoopAnswer, Num, SampleKind, Status } from '../protocol';

/** An experiment of a comparison. */
export interface Head {
  id: string;
  name: string;
  color: number;
  dash: number;
  project?: string | null;
  status?: Status;
  user?: string | null;
  tags?: string[];
  created?: string | null;
  finished?: string | null;
  status_reason?: string | null;
  doing?: LoopAnswer['doing'];
  /** Why it cannot be read; nothing else is known then. */
  problem?: string;
}

/** Experiments that are one line in the curves. */
export interface HeadGroup {
  id: string;
  name: string;
  color: number;
  dash: number;
  /** Ids. */
  members: string[];
}

/** Texts side by side: for each experiment the index of its text, -1 where there is none. */
export interface Coded {
  texts: string[];
  values: number[];
  /** Whole lengths, where texts are only their beginnings. */
  lengths?: number[];
}

export interface ComparisonAnswer {
  experiments: Head[];
  hyperparameters: (Coded & { section: string; name: string })[];
  properties: (Coded & { name: string })[];
  metrics: [metric: string, variant: string, experiments: number][];
  singles: [name: string, experiments: number][];
  missing: string[];
  /** Empty where none are asked for; missing in what an older page keeps. */
  groups?: HeadGroup[];
}

export const STATISTICS = ['last', 'min', 'max', 'mean', 'first'] as const;
export type Statistic = (typeof STATISTICS)[number];

export interface MetricValuesAnswer {
  experiments: string[];
  rows: { metric: string; variant: string; values: (Num | null)[] }[];
  singles: { name: string; values: (Num | null)[] }[];
}

export interface ParallelAxis {
  key: string;
  label: string;
  kind: 'number' | 'category';
  values: (number | null)[];
  low: number | null;
  high: number | null;
  positive: boolean;
  log: boolean;
  categories: string[];
  missing: number;
  nonfinite: number;
  mixed: boolean;
}

export interface ParallelAnswer {
  axes: ParallelAxis[];
  experiments: Head[];
  missing: string[];
  unknown: string[];
}

export interface TrendAnswer {
  count: number;
  left_out: number;
  slope: number | null;
  intercept: number | null;
  r: number | null;
  p: number | null;
  spearman: number | null;
  spearman_p: number | null;
  line: [[number, number], [number, number]] | null;
  note: string;
}

export interface ImportanceRow {
  key: string;
  label: string;
  kind: 'number' | 'category';
  importance: number | null;
  spread: number | null;
  correlation: number | null;
  p: number | null;
  count: number;
}

export interface ImportanceAnswer {
  metric: string;
  count: number;
  left_out: number;
  score: number | null;
  few: boolean;
  note: string;
  parameters: ImportanceRow[];
}

export type DetailPart = 'code' | 'packages' | 'configuration';

export interface DetailsAnswer {
  experiments: string[];
  rows: (Coded & { group: string; name: string; long: boolean })[];
  problems: Record<string, string>;
}

export type DifferencePart = 'cells' | 'diff' | 'configuration';

export interface DifferenceAnswer {
  lines: [kind: ' ' | '-' | '+' | '…', text: string, before: number | null, after: number | null][];
  added: number;
  removed: number;
  note: string;
}

export interface SampledStep {
  iteration: number;
  hash: string;
  kind: SampleKind;
  mime: string | null;
  width: number | null;
  height: number | null;
  size: number | null;
  name: string | null;
}

export interface SamplesTogetherAnswer {
  pairs: [metric: string, variant: string, experiments: number][];
  metric: string;
  variant: string;
  iterations: number[];
  items: { id: string; steps: SampledStep[] }[];
  problems: Record<string, string>;
}

/** The reads, by name: what they take and what they answer. */
export interface ComparisonReads {
  comparison: { args: { objects: string[]; by?: string[]; over?: string[] }; result: ComparisonAnswer };
  metric_values: { args: { objects: string[]; statistic: Statistic }; result: MetricValuesAnswer };
  parallel: {
    args: { objects: string[]; parameters?: string[]; metrics?: string[]; value_type?: string };
    result: ParallelAnswer;
  };
  trend: {
    args: {
      objects: string[];
      parameter: string;
      metric: string;
      value_type?: string;
      log?: boolean;
      log_metric?: boolean;
    };
    result: TrendAnswer;
  };
  importance: { args: { objects: string[]; metric: string; value_type?: string }; result: ImportanceAnswer };
  details: { args: { objects: string[]; part: DetailPart }; result: DetailsAnswer };
  difference: { args: { id: string; base: string; part: DifferencePart; name?: string }; result: DifferenceAnswer };
  samples_together: {
    args: { objects: string[]; metric?: string; variant?: string };
    result: SamplesTogetherAnswer;
  };
}
