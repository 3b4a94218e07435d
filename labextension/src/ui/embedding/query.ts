// A dynamic query as a person clicks it together, to and from its parameters.

import { metricId } from './md5';

export type Order = 'last_update' | 'created' | 'name' | 'metric' | 'hyperparameter';
export type Statistic = 'value' | 'min_value' | 'max_value';

/** What is asked of one metric, inclusive; an empty text is no limit. */
export interface MetricRange {
  metric: string;
  variant: string;
  statistic: Statistic;
  low: string;
  high: string;
}

export interface Hyperparameter {
  section: string;
  name: string;
  values: string[];
}

export interface Asked {
  project: string;
  /** Also the projects nested in it. */
  within: boolean;
  tags: { any: string[]; all: string[]; none: string[] };
  status: string[];
  /** A pattern that the name contains. */
  name: string;
  hyperparameters: Hyperparameter[];
  metrics: MetricRange[];
  /** In our own grammar. */
  query: string;
  archived: boolean;
  order: Order;
  /** Of what is ordered by: metric and variant, or section and name. */
  by: [string, string];
  statistic: Statistic;
  descending: boolean;
  /** How many at most; an empty text: all there are. */
  most: string;
  /** Parameters that have no field here, as they stand in a URL. */
  others: Parameters;
}

export type Parameters = Record<string, string | string[]>;

export const EVERYTHING: Asked = {
  project: '',
  within: false,
  tags: { any: [], all: [], none: [] },
  status: [],
  name: '',
  hyperparameters: [],
  metrics: [],
  query: '',
  archived: false,
  order: 'last_update',
  by: ['', ''],
  statistic: 'value',
  descending: true,
  most: '5',
  others: {},
};

export function parametersOf(asked: Asked): Parameters {
  const found: Parameters = {};
  if (asked.project) {
    found.project = asked.project;
  }
  if (asked.project && asked.within) {
    found.include_subprojects = 'true';
  }
  const tags = tagsOf(asked.tags);
  if (tags.length > 0) {
    found.tags = tags;
  }
  if (asked.status.length > 0) {
    found.status = asked.status;
  }
  if (asked.name) {
    found.name = asked.name;
  }
  for (const { section, name, values } of asked.hyperparameters) {
    if (name && values.length > 0) {
      found[`hyperparams.${section}.${name}`] = ['__$or', ...values];
    }
  }
  for (const { metric, variant, statistic, low, high } of asked.metrics) {
    if (metric && (low || high)) {
      found[`last_metrics.${metricId(metric, variant)}.${statistic}`] = [low || 'null', high || 'null'];
    }
  }
  if (asked.query) {
    found.query = asked.query;
  }
  if (!asked.archived) {
    found.system_tags = ['-archived'];
  }
  Object.assign(found, asked.others);
  if (asked.most) {
    Object.assign(found, { page_size: asked.most, page: '0' });
  }
  const order = orderOf(asked);
  if (order) {
    found.order_by = [`${asked.descending ? '-' : ''}${order}`];
  }
  return found;
}

function tagsOf({ any, all, none }: Asked['tags']): string[] {
  const excluded = none.flatMap(tag => ['__$not', tag]);
  if (any.length === 0) {
    return [...(all.length > 0 ? ['__$and', ...all] : []), ...excluded];
  }
  if (all.length === 0 && none.length === 0) {
    return ['__$or', ...any];
  }
  // The first operator says how the parts are joined: all of them must hold.
  return ['__$and', '__$or', ...any, ...(all.length > 0 ? ['__$and', ...all] : []), ...excluded];
}

function orderOf({ order, by: [first, second], statistic }: Asked): string {
  if (order === 'metric') {
    return first ? `last_metrics.${metricId(first, second)}.${statistic}` : '';
  }
  if (order === 'hyperparameter') {
    return second ? `hyperparams.${first}.${second}` : '';
  }
  return order;
}

/** What parameters ask; what cannot be clicked together stays as it is, in `others`. */
export function askedOf(parameters: Parameters, metrics: readonly [string, string][]): Asked {
  const asked: Asked = {
    ...structuredClone(EVERYTHING),
    archived: true,
    order: 'name',
    descending: false,
    most: '',
  };
  const named = new Map<string, [string, string]>();
  const metricOf = (id: string) => {
    if (named.size === 0) {
      for (const [metric, variant] of metrics) {
        named.set(metricId(metric, variant), [metric, variant]);
      }
    }
    return named.get(id);
  };
  let ordered = false;
  for (const [key, value] of Object.entries(parameters)) {
    const values = [value].flat();
    const [only = ''] = values;
    const [first = '', ...rest] = key.split('.');
    const series = first === 'last_metrics' ? metricOf(rest.slice(0, 2).join('.')) : undefined;
    const tags = key === 'tags' ? clicked(values) : null;
    if (tags) {
      asked.tags = tags;
    } else if (key === 'project' && values.length === 1) {
      asked.project = only;
    } else if (key === 'include_subprojects') {
      asked.within = only === 'true';
    } else if (key === 'status' && values.every(one => /^[a-z]/.test(one))) {
      asked.status = values;
    } else if (key === 'name' && values.length === 1) {
      asked.name = only;
    } else if (key === 'query') {
      asked.query = only;
    } else if (key === 'system_tags' && values.join() === '-archived') {
      asked.archived = false;
    } else if (key === 'page_size') {
      asked.most = only;
    } else if (key === 'page' && only === '0') {
      // The first page is what is shown.
    } else if (first === 'hyperparams' && rest.length > 1 && values[0] === '__$or' && plain(values.slice(1))) {
      const [section = '', ...name] = rest;
      asked.hyperparameters.push({ section, name: name.join('.'), values: values.slice(1) });
    } else if (series && values.length === 2 && isStatistic(rest[2])) {
      const [low, high] = values.map(one => (one === 'null' ? '' : one)) as [string, string];
      asked.metrics.push({ metric: series[0], variant: series[1], statistic: rest[2], low, high });
    } else if (key === 'order_by' && values.length === 1 && takeOrder(asked, only, metricOf)) {
      ordered = true;
    } else {
      asked.others[key] = value;
    }
  }
  if (!ordered && !parameters.order_by) {
    asked.order = 'last_update';
    asked.descending = true;
  }
  return asked;
}

function takeOrder(asked: Asked, text: string, metricOf: (id: string) => [string, string] | undefined): boolean {
  const name = text.replace(/^-/, '');
  const [first, ...rest] = name.split('.');
  const metric = first === 'last_metrics' ? metricOf(rest.slice(0, 2).join('.')) : undefined;
  const statistic = rest[2] ?? 'value';
  if (name === 'last_update' || name === 'created' || name === 'name') {
    asked.order = name;
  } else if (metric && isStatistic(statistic)) {
    Object.assign(asked, { order: 'metric', by: metric, statistic });
  } else if (first === 'hyperparams' && rest.length > 1) {
    const [section = '', ...parts] = rest;
    Object.assign(asked, { order: 'hyperparameter', by: [section, parts.join('.')] });
  } else {
    return false;
  }
  asked.descending = text.startsWith('-');
  return true;
}

function isStatistic(text: string | undefined): text is Statistic {
  return text === 'value' || text === 'min_value' || text === 'max_value';
}

function plain(values: string[]): boolean {
  return values.every(value => !value.startsWith('__$') && value !== 'null');
}

/** The tags that a filter asks for, where all of its parts must hold; null where it says something else. */
function clicked(values: string[]): Asked['tags'] | null {
  const tags: Asked['tags'] = { any: [], all: [], none: [] };
  let kind: 'any' | 'all' = 'any';
  let not = false;
  let operators = 0;
  for (const value of values) {
    if (value === 'null' || value === '__$nop' || value === '') {
      return null;
    }
    if (value.startsWith('__$')) {
      const known = { __$or: 'any', __$any: 'any', __$and: 'all', __$all: 'all' } as const;
      const next = known[value as keyof typeof known];
      not = value === '__$not';
      if (!next && !not) {
        return null;
      }
      kind = next ?? kind;
      operators += 1;
    } else if (not) {
      tags.none.push(value);
      not = false;
    } else if (operators === 0 && value.startsWith('-')) {
      tags.none.push(value.slice(1));
    } else {
      tags[kind].push(value);
    }
  }
  const parts = [tags.any, tags.all, tags.none].filter(part => part.length > 0).length;
  const joined = /^__\$(or|any)$/.test(values[0] ?? '') && parts > 1;
  return joined ? null : tags;
}
