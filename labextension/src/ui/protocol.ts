// What travels between a view and the server: the view itself, the record, the operations and the wire format of curves.

import type { ComparisonReads } from './compare/answers';

export const KINDS = [
  'experiment',
  'model',
  'models',
  'scalars',
  'comparison',
  'plot',
  'samples',
  'single',
  'table',
  'reports',
  'home',
  'claim',
  'message',
] as const;
export type ViewKind = (typeof KINDS)[number];
export type GroupBy = 'metric' | 'none';
export type Axis = 'iterations' | 'relative' | 'wall';
export type SmoothingKind = 'none' | 'ema' | 'time_weighted' | 'running' | 'gaussian';
export type Band = 'none' | 'minmax' | 'std' | 'stderr' | 'ci95';

/** How curves are read, beyond what the tools above them offer. */
export interface CurveOptions {
  /** Key of the series that is the horizontal axis. */
  x_metric?: string;
  smoothing_kind?: SmoothingKind;
  smoothing_window?: number;
  smoothing_sigma?: number;
  /** Hyperparameters: one line for the experiments with the same values of these, or the same but for those. */
  by?: string[];
  over?: string[];
  line?: 'mean' | 'median';
  band?: Band;
}

export interface ViewOptions extends CurveOptions {
  tab?: string;
  metrics?: string[];
  variants?: string[];
  xaxis?: Axis;
  smoothing?: number;
  group_by?: GroupBy;
  /** Names of charts, or titles of plots, that are not shown. */
  hidden?: string[];
  log_x?: boolean;
  log_y?: boolean;
  ignore_outliers?: boolean;
  originals?: boolean;
  linked?: boolean;
  /** The ends of all axes; null follows the data. */
  x_range?: [number | null, number | null];
  y_range?: [number | null, number | null];
  height?: number | string;
  width?: number | string;
  theme?: 'light' | 'dark';
  [name: string]: unknown;
}

export interface View {
  version: number;
  kind: ViewKind;
  store: { id: string; path: string | null };
  objects: string[];
  /** What chooses the objects where none are named: it is answered while the view is shown. */
  query: Record<string, unknown> | null;
  options: ViewOptions;
  title: string;
}

export type Status = 'draft' | 'queued' | 'running' | 'completed' | 'aborted' | 'failed' | 'published';

/** JSON has no NaN and no infinities: they travel as these words. */
export type Num = number | 'NaN' | 'Infinity' | '-Infinity';

export interface Parameter {
  value: string | null;
  /** Its whole length in characters, where `value` is only its beginning. */
  length?: number;
  type?: string | null;
  description?: string | null;
  default?: string | null;
}

export interface ConfigurationObject {
  value: string | null;
  /** Its whole length in characters, where `value` is only its beginning. */
  length?: number;
  type?: string | null;
  description?: string | null;
}

export interface Artifact {
  key: string;
  type: string | null;
  uri: string | null;
  size: number | null;
  hash: string | null;
  metadata: unknown;
  preview: string | null;
  timestamp: string | null;
}

export interface ModelReference {
  id: string;
  name: string | null;
}

export interface ModelSnapshot {
  uri: string | null;
  size: number | null;
  hash: string | null;
  iteration: number | null;
  time: string | null;
  /** The store kept it, and its file is no longer there. */
  missing: boolean;
}

export interface MetadataItem {
  type: string;
  value: string;
}

export interface Report {
  id: string;
  name: string;
  project: string;
  user: string | null;
  created: string | null;
  last_update: string | null;
  status: 'draft' | 'published';
  description: string;
  tags: string[];
  archived: boolean;
  /** Its notebook below the server's root; null where it lies elsewhere. */
  path: string | null;
  published: string | null;
  publisher: string | null;
  /** When the data of its views was kept with it. */
  frozen: string | null;
  /** What is wrong with its notebook: it is not there, or changed since it was published. */
  trouble: 'missing' | 'changed' | null;
}

export interface ReportProject {
  name: string;
  count: number;
  last_update: string;
}

export interface ClaimGroup {
  query: string;
  values: number[];
  ids: string[];
  mean: number | null;
  /** Experiments without a finite value. */
  left_out: number;
  /** Experiments that the query finds. */
  total: number;
}

export interface Claim {
  verdict: 'holds' | 'contradicted' | 'open' | 'unknown';
  sentence: string;
  /** The sentence without the verdict's own words; what an older version froze has none. */
  finding?: string;
  metric: string;
  value: string;
  better: 'higher' | 'lower';
  level: number;
  a: ClaimGroup;
  b: ClaimGroup;
  difference: number | null;
  low: number | null;
  high: number | null;
}

export type ConfigType = 'json' | 'yaml' | 'text';

export interface ModelSummary {
  id: string;
  name: string;
  version: number;
  project: string | null;
  status: 'draft' | 'published';
  tags: string[];
  aliases: string[];
  description: string | null;
  user: string | null;
  archived: boolean;
  created: string | null;
  last_update: string | null;
  framework: string | null;
  /** Id of the experiment that made it. */
  experiment: string | null;
  size: number | null;
  single_values: Record<string, Num>;
}

export interface ModelAnswer extends ModelSummary {
  experiment_name: string | null;
  uri: string | null;
  /** Whether its weights are a file that the server's machine can reach. */
  local: boolean;
  hash: string | null;
  config: string;
  config_type: ConfigType;
  labels: Record<string, number>;
  metadata: Record<string, MetadataItem>;
  snapshots: ModelSnapshot[];
  metrics: Record<string, Record<string, MetricSummary>>;
  used_by: string[];
  damaged?: number;
  lost?: number;
  state: string;
  now: string;
}

export interface LineageItem {
  id: string;
  name: string;
  project: string | null;
  status: Status;
  tags: string[];
  description: string | null;
  user: string | null;
  created: string | null;
  last_update: string | null;
  status_reason?: string | null;
}

export interface LineageAnswer {
  creator: LineageItem | null;
  users: LineageItem[];
  /** How many use it, whatever is filtered. */
  total: number;
  tags: string[];
}

export interface ModelsAnswer {
  items: ModelSummary[];
  total: number;
}

export interface Execution {
  repository: string | null;
  /** Why something about the repository could not be recorded. */
  repository_note?: string | null;
  branch: string | null;
  commit: string | null;
  script: string | null;
  working_dir: string | null;
  diff: string | null;
  /** Its whole length in characters, where `diff` is only its beginning. */
  diff_length?: number;
  packages: Record<string, string | null> | null;
  container: { image: string | null; arguments: string | null; setup: string | null } | null;
  output_uri: string | null;
  log_level: string | null;
  cells: Cell[] | null;
}

export interface Cell {
  code: string;
  /** Execution count: the number in brackets beside the cell. */
  number: number | null;
  time?: string | number | null;
}

export interface MetricSummary {
  first: Num | null;
  last: Num | null;
  min: Num | null;
  max: Num | null;
  mean: Num | null;
  count: number;
  first_iteration?: number | null;
  last_iteration?: number | null;
  min_iteration?: number | null;
  max_iteration?: number | null;
}

export interface ExperimentRecord {
  id: string;
  name: string;
  project: string | null;
  status: Status;
  tags: string[];
  description: string | null;
  user: string | null;
  parent: string | null;
  archived: boolean;
  created: string | null;
  started: string | null;
  finished: string | null;
  last_update: string | null;
  last_iteration: number | null;
  execution: Execution;
  hyperparameters: Record<string, Record<string, Parameter>>;
  properties: Record<string, Parameter>;
  configuration: Record<string, ConfigurationObject>;
  artifacts: Artifact[];
  models: { input: ModelReference[]; output: ModelReference[] };
  runtime: Record<string, unknown>;
  single_values: Record<string, Num>;
  metrics: Record<string, Record<string, MetricSummary>>;
  /** Why it failed or was aborted, if that is known, and who stopped one that was completed by a stop. */
  status_reason?: string | null;
  /** Records found damaged, and points that could not be written. */
  damaged?: number;
  lost?: number;
}

/** A tag of the store; colours as `#rrggbb`, null while nobody chose any. */
export interface KnownTag {
  name: string;
  count: number;
  background: string | null;
  foreground: string | null;
}

/** The run of a draft that a view started; cells are null for a script. */
export interface RunProgress {
  code: string;
  cell: number | null;
  cells: number | null;
  done: boolean;
  error: string | null;
  printed: string | null;
}

export type ExperimentAnswer = ExperimentRecord & {
  state: string;
  now: string;
  run?: RunProgress | null;
  /** What its loop does, while there is one, and how many knobs it has. */
  loop?: { doing: LoopAnswer['doing']; knobs: number };
};

// The loop of an experiment that runs

export type KnobValue = number | boolean | string;

export interface Knob {
  name: string;
  value: KnobValue;
  default: KnobValue;
  min: number | null;
  max: number | null;
}

/** Something that was asked of a loop; `heeded` says when it followed, at which iteration. */
export interface Turn {
  number: number;
  kind: 'turn' | 'pause' | 'resume' | 'stop' | 'checkpoint';
  name: string | null;
  value: KnobValue | null;
  was: KnobValue | null;
  user: string | null;
  time: string;
  heeded: string | null;
  iteration: number | null;
}

export interface LoopAnswer {
  doing: 'running' | 'pausing' | 'paused' | 'stopping' | null;
  knobs: Knob[];
  turns: Turn[];
}

// Curves

/** x in iterations, seconds or unix seconds; raw_* are the unsmoothed values where y is smoothed. */
export interface Columns {
  x: Float64Array;
  y: Float64Array;
  raw_x?: Float64Array;
  raw_y?: Float64Array;
  /** Edges of a group's band, and the number of experiments behind each point. */
  low?: Float64Array;
  high?: Float64Array;
  count?: Float64Array;
}

export interface ChartSeries {
  id: string;
  experiment: string;
  name: string;
  metric: string;
  variant: string;
  /** Slot 0..9 of the palette. */
  color: number;
  /** How often the palette was gone through before: 0 is a solid line. */
  dash: number;
  total: number;
  shown: number;
  sampled: boolean;
  /** Index of the first row in `columns`: 0 for a whole series, else these rows continue an earlier answer. */
  first: number;
  last: Num | null;
  nonfinite: [number, 'NaN' | 'Infinity' | '-Infinity'][];
  nonfinite_count: number;
  /** Experiments of a group that is drawn as one line; `experiment` is then the group's id. */
  members?: string[];
  /** Rows left out because they have no place on the horizontal axis. */
  unplaced?: number;
  /** Rows that a logarithmic axis has no place for. */
  nonpositive?: number;
  nonpositive_x?: number;
  /** 5th and 95th percentile, for a vertical axis that ignores outliers. */
  y_range?: [number, number] | null;
  columns: Columns;
}

export interface Chart {
  id: string;
  title: string;
  kind: 'line';
  x: { kind: Axis | 'metric'; label: string | null; unit: string | null };
  y: { label: string | null };
  series: ChartSeries[];
}

export interface ChartsAnswer {
  charts: Chart[];
  next: string;
  unchanged: boolean;
  /** What was read before is to be dropped: these are all charts and lines there are. */
  whole?: boolean;
}

type Span = [offset: number, length: number];
type WireSeries = Omit<ChartSeries, 'columns'> & { columns: Record<string, Span> };
type WireChart = Omit<Chart, 'series'> & { series: WireSeries[] };

/** Decode the wire format of `charts`; the columns are windows onto `buffer`, nothing is copied. */
export function decodeCharts(buffer: ArrayBuffer): ChartsAnswer {
  if (buffer.byteLength < 4) {
    throw new RangeError('The answer is too short to hold charts.');
  }
  const header = new DataView(buffer).getUint32(0, true);
  const start = 4 + header;
  if (start > buffer.byteLength || start % 8 !== 0) {
    throw new RangeError("The answer's header does not fit its length.");
  }
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, header));
  const wire = JSON.parse(text) as { charts: WireChart[]; next: string; unchanged?: boolean; whole?: boolean };
  const column = ([offset, length]: Span) => new Float64Array(buffer, start + offset * 8, length);
  const columns = (spans: Record<string, Span>): Columns => {
    const { x, y, raw_x, raw_y, low, high, count } = spans;
    if (!x || !y) {
      throw new RangeError('A series came without its columns.');
    }
    const found: Columns = { x: column(x), y: column(y) };
    if (raw_x && raw_y) {
      found.raw_x = column(raw_x);
      found.raw_y = column(raw_y);
    }
    if (low && high) {
      found.low = column(low);
      found.high = column(high);
    }
    if (count) {
      found.count = column(count);
    }
    return found;
  };
  const charts = wire.charts.map(chart => ({
    ...chart,
    series: chart.series.map(series => ({ ...series, columns: columns(series.columns) })),
  }));
  return { charts, next: wire.next, unchanged: wire.unchanged ?? false, whole: wire.whole ?? false };
}

// Other answers

export interface ConsoleLine {
  index: number;
  time: string | number | null;
  stream: 'stdout' | 'stderr' | 'report' | 'cell';
  text: string;
}

export interface ConsoleAnswer {
  lines: ConsoleLine[];
  next: number;
  total: number;
}

export interface PlotEntry {
  id: string;
  experiment: string;
  experiment_name: string;
  metric: string;
  variant: string;
  iteration: number;
  iterations: number[];
  /** Figures of `iterations`, in the same order. */
  hashes?: string[];
  /** Whether a picture of it is kept, in the same order. */
  pictured?: boolean[];
  hash: string;
  size: number;
  /** Of several experiments: whether it can be laid over those of others. */
  overlays?: boolean;
}

export type SampleKind = 'image' | 'audio' | 'video' | 'html' | 'other';

export interface Sample {
  metric: string;
  variant: string;
  iteration: number;
  kind: SampleKind;
  mime: string | null;
  width: number | null;
  height: number | null;
  size: number | null;
  hash: string;
  name: string | null;
  time?: string | number | null;
}

export interface SamplesAnswer {
  metrics: string[];
  /** `samples` are the first of `total`. */
  iterations: { iteration: number; samples: Sample[]; total: number }[];
  older: boolean;
  newer: boolean;
}

/** What of an experiment belongs to a span of time. Of what nothing was logged then, the latest before stands for it. */
export interface SpanAnswer {
  /** Unix seconds. */
  from: number;
  to: number;
  /** Seconds from the start. */
  relative: [number, number];
  /** By metric: the first and the last iteration. */
  iterations: Record<string, [number, number]>;
  /** Index of the first line, or cell, and of the first one after. */
  console: [number, number];
  cells: [number, number];
  /** The first and the last iteration that has samples. */
  samples: [number, number] | null;
  /** By the id of a plot: which of its figures was the latest at the end. */
  plots: Record<string, number>;
  counts: { console: number; samples: number; plots: number; cells: number };
}

/** How far everything was at some moments: from it a page guesses what belongs to a span. */
export interface Timeline {
  /** Unix seconds, ascending. */
  times: number[];
  started: number;
  /** Metrics that had reached the same iteration at each of these moments. */
  groups: { metrics: string[]; iterations: (number | null)[] }[];
  /** Lines, samples and figures of each plot until then. */
  console: number[];
  samples: { iterations: (number | null)[]; counts: number[] };
  plots: Record<string, number[]>;
  /** When each cell began. */
  cells: number[];
}

export type SampleStep = Pick<Sample, 'iteration' | 'hash'> & Partial<Sample>;

export interface Figure {
  data: Record<string, unknown>[];
  layout?: Record<string, unknown>;
  config?: Record<string, unknown>;
  frames?: unknown[];
}

export interface ChartsArguments extends CurveOptions {
  objects: string[];
  metrics?: string[];
  variants?: string[];
  group_by?: GroupBy;
  xaxis?: Axis | 'metric';
  smoothing?: number;
  points?: number;
  x_from?: number | null;
  x_to?: number | null;
  since?: string;
}

// The experiments table

export type ObjectType = 'experiment' | 'model';

export interface TableArguments {
  /** As it is typed: a query, or plain words. */
  query?: string;
  /** A query beside it. */
  filters?: string;
  objects?: string[];
  columns?: string[];
  order_by?: string;
  page?: number;
  page_size?: number;
  archived?: boolean;
  object_type?: ObjectType;
}

export type TableRow = Pick<
  ExperimentRecord,
  'id' | 'name' | 'project' | 'status' | 'tags' | 'created' | 'last_iteration' | 'archived'
> & {
  description: string | null;
  user: string | null;
  last_update: string | null;
  /** Of an experiment. */
  started?: string | null;
  finished?: string | null;
  status_reason?: string | null;
  /** What its loop does, while it runs. */
  doing?: LoopAnswer['doing'];
  /** Id of the notebook's cell that started it. */
  cell?: string | null;
  /** Of a model, as the next ones. */
  version?: number;
  framework?: string | null;
  aliases?: string[];
  size?: number | null;
  experiment?: string | null;
  experiment_name?: string | null;
  /** In the order of the columns that were asked for. */
  cells: (Num | string | boolean | null)[];
  /** Why it cannot be read; nothing else but its id is there then. */
  problem?: string;
};

export interface TableAnswer {
  items: TableRow[];
  total: number;
  /** Ids of experiments whose record cannot be read. */
  damaged: string[];
  /** What is wrong with the query, and at which character. */
  problem: { message: string; place: number } | null;
}

/** What the members of a group have in a column. */
export interface GroupCell {
  low: Num | string;
  high: Num | string;
  /** Of those that are numbers. */
  mean: Num | null;
  /** How many different texts. */
  kinds: number | null;
  /** How many of the members have one. */
  count: number;
  /** Of numbers the sample standard deviation; null of fewer than two. */
  std: number | null;
}

export interface Group {
  /** What the members share, as text; null: they lack the only field. */
  value: string | null;
  /** The query that finds them. */
  where: string;
  count: number;
  /** In the order of the columns that were asked for. */
  cells: (GroupCell | null)[];
}

export interface GroupsAnswer {
  items: Group[];
  /** How many experiments were found. */
  total: number;
  /** There are more groups than these. */
  more: boolean;
  problem: TableAnswer['problem'];
}

export interface FieldsAnswer {
  hyperparameters: [section: string, name: string][];
  metrics: [metric: string, variant: string][];
  monitored: [metric: string, variant: string][];
  properties: string[];
  projects: Record<string, number>;
  tags: Record<string, number>;
  users: string[];
  frameworks: string[];
  /** What the newest have and differ in, the most telling first; missing in what an older server answers. */
  telling?: Pick<FieldsAnswer, 'hyperparameters' | 'metrics'>;
}

export interface Sparkline {
  x: number[];
  y: (number | null)[];
}

export interface SavedView {
  name: string;
  options: Record<string, unknown>;
}

// The side panel

export type HomeRow = Pick<
  ExperimentRecord,
  | 'id'
  | 'name'
  | 'project'
  | 'status'
  | 'archived'
  | 'created'
  | 'started'
  | 'finished'
  | 'last_update'
  | 'last_iteration'
  | 'status_reason'
> & {
  /** What its loop does, while it runs. */
  doing?: LoopAnswer['doing'];
};

export type RunningRow = HomeRow & {
  doing: LoopAnswer['doing'];
  /** The metric that tells most. */
  metric: { name: string; last: Num | null } | null;
  /** How much of it is done, 0 to 1, where that is known. */
  fraction: number | null;
  /** Metrics whose last value is not a number. */
  nan: string[];
  knobs: Knob[];
};

export interface RunningAnswer {
  items: RunningRow[];
  total: number;
  now: string;
}

/** What the side panel shows; `reports` are asked for beside the rest. */
export interface HomeAnswer {
  /** Where the store lies. */
  folder: string;
  total: number;
  projects: Record<string, number>;
  running: RunningAnswer;
  recent: HomeRow[];
  unfolded: Record<string, HomeRow[]>;
  models: {
    items: Pick<ModelSummary, 'id' | 'name' | 'framework' | 'version' | 'status' | 'created'>[];
    total: number;
  };
}

/** Every read: the arguments it takes and what it answers. */
/** An execution of a cell, told by the best of what it started; 1 is the oldest. */
export interface Attempt {
  /** Of the experiment that it is told by. */
  id: string;
  number: number;
  name: string;
  status: Status;
  status_reason: string | null;
  doing: LoopAnswer['doing'];
  created: string | null;
  /** How many experiments it started, and in which status they are. */
  experiments: number;
  ended: Partial<Record<Status, number>>;
  /** The query that finds them. */
  where: string;
  /** Those of them that are pinned. */
  pinned: string[];
  value: Num | null;
  course: Sparkline | null;
  has_code: boolean;
  /** What is other than in the attempt before; null where nothing is. */
  code: { added: number | null; removed: number | null; lines: string[] } | null;
  /** Those that differ: all of the first attempt's. */
  parameters: [name: string, before: string | null, after: string | null][];
}

export interface AttemptsAnswer {
  total: number;
  experiments: number;
  /** Of so many experiments it is not known which execution started them: each counts as an attempt. */
  unrecorded: number;
  metric: [metric: string, variant: string] | null;
  better: 'min' | 'max' | null;
  /** Its final value in each attempt, the newest first: also of those that are not among the items. */
  values: (Num | null)[];
  items: Attempt[];
}

export interface Reads extends ComparisonReads {
  about: {
    args: Record<string, never>;
    result: {
      version: string;
      plotly: string;
      default_store: string | null;
      stores: string[];
      folders: Record<string, string>;
    };
  };
  experiment: { args: { id: string }; result: ExperimentAnswer };
  experiments: {
    args: { order_by?: string; page?: number; page_size?: number; archived?: boolean };
    result: { items: Partial<ExperimentRecord>[]; total: number };
  };
  resolve: { args: { query: string; object_type: ObjectType }; result: { objects: string[]; more?: number } };
  model: { args: { id: string }; result: ModelAnswer };
  models: {
    args: { order_by?: string; page?: number; page_size?: number; archived?: boolean; query?: string };
    result: ModelsAnswer;
  };
  lineage: {
    args: { id: string; search?: string; tags?: string[]; status?: string[] };
    result: LineageAnswer;
  };
  home: { args: { projects?: string[]; recent?: number }; result: HomeAnswer };
  running: { args: Record<string, never>; result: RunningAnswer };
  table: { args: TableArguments; result: TableAnswer };
  groups: { args: Omit<TableArguments, 'page' | 'page_size'> & { group_by: string }; result: GroupsAnswer };
  fields: { args: { object_type?: ObjectType }; result: FieldsAnswer };
  sparklines: {
    args: { objects: string[]; metric: string; points?: number };
    result: { items: Record<string, Sparkline> };
  };
  attempts: {
    args: { cell: string; notebook?: string; metric?: string; limit?: number };
    result: AttemptsAnswer;
  };
  table_views: { args: { object_type?: ObjectType }; result: { views: SavedView[] } };
  attempted: {
    args: { cells: string[]; notebook?: string };
    result: { cells: Record<string, number>; experiments: Record<string, number> };
  };
  view_default: {
    args: { id: string; view?: 'scalars' };
    /** What the views of the experiment's project begin with. */
    result: { project: string; options: Record<string, unknown> | null };
  };
  charts: { args: ChartsArguments; result: ArrayBuffer };
  text: {
    args: {
      id: string;
      part: 'hyperparameter' | 'property' | 'configuration' | 'diff' | 'cell';
      name?: string;
      section?: string;
    };
    result: { text: string };
  };
  find_in_console: {
    args: { id: string; text: string; after?: number; limit?: number };
    result: { matches: number[]; next: number; total: number };
  };
  console: { args: { id: string; after?: number; limit?: number }; result: ConsoleAnswer };
  plots: { args: { objects: string[] }; result: { plots: PlotEntry[] } };
  figure: { args: { id: string; hash: string }; result: Figure };
  figure_picture: { args: { id: string; hash: string }; result: ArrayBuffer };
  overlaid: { args: { objects: string[]; metric: string; variant: string }; result: Figure };
  samples: {
    args: { id: string; metric?: string; before?: number; after?: number; limit?: number; most?: number };
    result: SamplesAnswer;
  };
  sample_iterations: {
    args: { id: string; metric: string; variant: string };
    result: { samples: SampleStep[] };
  };
  waveform: {
    args: { id: string; hash: string; points?: number };
    /** Least and greatest amplitudes, -1 to 1; without any, `note` says why. */
    result: {
      low: number[];
      high: number[];
      seconds: number;
      rate: number;
      channels: number;
      note: string | null;
    };
  };
  loop: { args: { id: string }; result: LoopAnswer };
  timeline: { args: { id: string }; result: Timeline };
  span: {
    args: { id: string; x_from: number; x_to: number; xaxis: Axis; metric?: string };
    result: SpanAnswer;
  };
  single_values: {
    args: { objects: string[] };
    result: { items: { id: string; name: string; values: Record<string, Num> }[] };
  };
  reports: {
    args: {
      search?: string;
      project?: string;
      status?: string;
      tags?: string[];
      user?: string;
      archived?: boolean;
      order_by?: string;
      page?: number;
      page_size?: number;
    };
    result: {
      items: Report[];
      total: number;
      projects: ReportProject[];
      users: string[];
      tags: string[];
      me: string | null;
      now: string;
    };
  };
  claim: {
    args: { metric: string; a: string; b: string; value?: string; better?: string; level?: number };
    result: Claim;
  };
  report_markdown: { args: { id: string }; result: { text: string } };
  report: { args: { id: string }; result: Report & { state: string; now: string } };
  tags: { args: Record<string, never>; result: { tags: KnownTag[] } };
  changes: {
    args: { ids: string[]; since?: string; timeout?: number };
    result: { next: string; changed: string[]; missing: string[] };
  };
}

/** Every edit: the arguments it takes; each answers the new state. */
export interface Edits {
  rename: { id: string; name: string };
  describe: { id: string; text: string };
  move: { id: string; project: string };
  add_tags: { id: string; tags: string[] };
  remove_tags: { id: string; tags: string[] };
  archive: { id: string };
  unarchive: { id: string };
  abort: { id: string };
  publish: { id: string; freeze?: boolean };
  reset: { id: string };
  clone: { id: string; name?: string };
  delete: { id: string };
  create_report: { name: string; project: string; description?: string; folder?: string };
  make_report: { notebook: string; name: string; project: string; description?: string };
  run: { id: string };
  stop_run: { id: string };
  set_property: { id: string; name: string; value: string };
  remove_properties: { id: string; names: string[] };
  set_hyperparameter: { id: string; section: string; name: string; value: string };
  remove_hyperparameters: { id: string; section: string; names: string[] };
  set_configuration: { id: string; name: string; text: string };
  remove_configuration: { id: string; names: string[] };
  set_execution: {
    id: string;
    image?: string;
    arguments?: string;
    setup?: string;
    output_uri?: string;
    log_level?: string;
  };
  turn: { id: string; name: string; value: string; seen?: string };
  pause: { id: string };
  resume: { id: string };
  stop: { id: string };
  request_checkpoint: { id: string };
  set_tag_colors: { tag: string; background?: string; foreground?: string };
  save_table_view: { name: string; options: string; object_type?: ObjectType };
  remove_table_view: { name: string; object_type?: ObjectType };
  save_view_default: { id: string; options: string; view?: 'scalars' };
  /** PNG in base64. */
  keep_picture: { id: string; hash: string; picture: string };
  set_labels: { id: string; labels: string; seen?: string };
  set_config: { id: string; config: string; type?: ConfigType; seen?: string };
  set_metadata: { id: string; items: string; seen?: string };
  add_alias: { id: string; alias: string };
  remove_alias: { id: string; alias: string };
}

export type ReadName = keyof Reads;
export type EditName = keyof Edits;
