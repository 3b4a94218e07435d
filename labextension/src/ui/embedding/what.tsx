// What an embed shows of its objects: its type, its metric, its axis; read from a view, and made one again.

import type { Signal } from '@preact/signals';
import type { FieldsAnswer, View } from '../protocol';
import type { Source } from '../source';
import { keyOf, pairOf, STATISTICS } from './choices';
import { Select, Suggesting, Tokens } from './fields';
import { metricId } from './md5';
import { type EmbedType, TYPES } from './parameters';
import { type Asked, parametersOf, type Statistic } from './query';
import { typeOf } from './url';

const SHOWN: [EmbedType, string][] = [
  ['scalar', 'Scalars'],
  ['plot', 'Plots'],
  ['single', 'Single values'],
  ['sample', 'Debug samples'],
  ['parcoords', 'Parallel coordinates'],
  ['comparison', 'Comparison'],
];
const AXES = [
  ['iterations', 'Iterations'],
  ['relative', 'Relative'],
  ['wall', 'Wall'],
] as const;
/** What is shown of the objects. */
export interface What {
  type: EmbedType;
  isModel: boolean;
  metric: string;
  variants: string[];
  xaxis: (typeof AXES)[number][0];
  statistic: Statistic;
}

export function whatOf(view: View | null, metrics: FieldsAnswer['metrics']): What {
  const { options } = view ?? { options: {} as View['options'] };
  const type = (view ? typeOf(view) : 'scalar') as EmbedType;
  const [first = ''] = options.metrics ?? [];
  const named = type === 'parcoords' && metrics.find(([m, v]) => metricId(m, v) === first);
  return {
    type: type in TYPES ? type : 'scalar',
    isModel: options.object_type === 'model',
    metric: named ? keyOf(named) : first,
    variants: options.variants ?? [],
    xaxis: options.xaxis ?? 'iterations',
    statistic: (options.value_type as Statistic | undefined) ?? 'value',
  };
}

/** The view that shows this of what is asked for; what else it said is kept. */
export function viewOf(
  what: What,
  asked: Asked,
  from: View | null,
  source: Source,
  metrics: FieldsAnswer['metrics'],
): View {
  const { type, isModel, metric, variants, xaxis, statistic } = what;
  const options = { ...from?.options };
  for (const name of ['type', 'metrics', 'variants', 'xaxis', 'value_type', 'object_type', 'whole', 'scrolled']) {
    delete options[name];
  }
  const isId = /^[0-9a-f]{32}\.[0-9a-f]{32}/.test(metric);
  const named = type === 'parcoords' && metric && !isId ? metricId(...pairOf(metric, metrics)) : metric;
  return {
    version: 1,
    kind: TYPES[type],
    store: { id: source.storeId, path: null },
    objects: [],
    query: parametersOf(asked),
    options: {
      ...options,
      ...(type === 'parcoords' && { type, value_type: statistic }),
      ...(isModel && { object_type: 'model' }),
      ...(named && { metrics: [named] }),
      ...(variants.length > 0 && { variants }),
      ...(type === 'scalar' && xaxis !== 'iterations' && { xaxis }),
    },
    title: '',
  };
}

export function WhatPart({ what, fields }: { what: Signal<What>; fields: FieldsAnswer }) {
  const set = (patch: Partial<What>) => {
    what.value = { ...what.value, ...patch };
  };
  const { type, isModel, metric, variants, xaxis, statistic } = what.value;
  const pairs = [...fields.metrics, ...fields.monitored];
  const isParallel = type === 'parcoords';
  const names = isParallel ? fields.metrics.map(keyOf) : [...new Set(pairs.map(([name]) => name))];
  const parts = isParallel
    ? fields.hyperparameters.map(([section, name]) => `${section}.${name}`)
    : [...new Set(pairs.filter(([name]) => !metric || name === metric).map(([, variant]) => variant))];
  return (
    <fieldset class="tk-compose-part">
      <legend>Show</legend>
      <div class="tk-compose-line">
        <Select label="Type" value={type} choices={SHOWN} onChange={value => set({ type: value })} />
        <Select
          label="Of"
          value={isModel ? 'model' : 'experiment'}
          choices={[
            ['experiment', 'Experiments'],
            ['model', 'Models'],
          ]}
          onChange={value => set({ isModel: value === 'model' })}
        />
        {type === 'scalar' && (
          <Select label="Horizontal axis" value={xaxis} choices={AXES} onChange={value => set({ xaxis: value })} />
        )}
        {isParallel && (
          <Select label="Value" value={statistic} choices={STATISTICS} onChange={value => set({ statistic: value })} />
        )}
      </div>
      {type !== 'comparison' && (
        <div class="tk-compose-line">
          <Suggesting
            label={type === 'single' ? 'Name' : 'Metric'}
            placeholder="All"
            value={metric}
            choices={names}
            onChange={value => set({ metric: value })}
          />
          {type !== 'single' && (
            <Tokens
              label={isParallel ? 'Hyperparameters' : 'Variants'}
              placeholder="All"
              values={variants}
              choices={parts}
              onChange={values => set({ variants: values })}
            />
          )}
        </div>
      )}
    </fieldset>
  );
}
