// Which objects an embed shows: conditions one beneath the other, an order, and how many at most.

import type { Signal } from '@preact/signals';
import { Plus, X } from 'lucide';
import { Button, Icon } from '../parts/icon';
import type { FieldsAnswer } from '../protocol';
import { hyperparameterOf, keyOf, pairOf, STATISTICS } from './choices';
import { type Row, RowEditor } from './conditions';
import { Select, Suggesting } from './fields';
import type { Asked, Order } from './query';

const ORDERS: [Order, string][] = [
  ['last_update', 'Last update'],
  ['created', 'Created'],
  ['name', 'Name'],
  ['metric', 'Metric'],
  ['hyperparameter', 'Hyperparameter'],
];
const DIRECTIONS: Partial<Record<Order, [string, string]>> = {
  last_update: ['Newest first', 'Oldest first'],
  created: ['Newest first', 'Oldest first'],
  name: ['Z to A', 'A to Z'],
};
const ADDED: [Row['field'], string][] = [
  ['project', 'Project'],
  ['tags', 'Tags'],
  ['status', 'Status'],
  ['name', 'Name'],
  ['hyperparameter', 'Hyperparameter'],
  ['metric', 'Metric'],
  ['query', 'Query'],
];

interface WhichProps {
  asked: Signal<Asked>;
  rows: Signal<Row[]>;
  fields: FieldsAnswer;
}

export function WhichPart({ asked, rows, fields }: WhichProps) {
  const set = (patch: Partial<Asked>) => {
    asked.value = { ...asked.value, ...patch };
  };
  const put = (at: number, row: Row | null) => {
    rows.value = row ? rows.value.with(at, row) : rows.value.filter((_, index) => index !== at);
  };
  const add = (field: Row['field']) => {
    rows.value = [...rows.value, NEW[field]];
  };
  const { order, by, statistic, descending, most, archived, others } = asked.value;
  const further = Object.keys(others);
  return (
    <fieldset class="tk-compose-part">
      <legend>Which</legend>
      {rows.value.length === 0 && <p class="tk-faint">All there are. Conditions narrow them.</p>}
      {rows.value.map((row, at) => (
        <fieldset key={`${at} ${row.field}`} class="tk-compose-condition" aria-label={nameOf(row.field)}>
          <span class="tk-compose-name">{nameOf(row.field)}</span>
          <RowEditor row={row} fields={fields} onChange={changed => put(at, changed)} />
          <Button label={`Remove ${nameOf(row.field).toLowerCase()}`} icon={X} onClick={() => put(at, null)} />
        </fieldset>
      ))}
      <fieldset class="tk-compose-adds" aria-label="Add a condition">
        {ADDED.map(([field, name]) => (
          <button key={field} type="button" class="tk-button tk-compose-add" onClick={() => add(field)}>
            <Icon of={Plus} size={12} />
            {name}
          </button>
        ))}
      </fieldset>
      {further.length > 0 && (
        <p class="tk-faint tk-compose-further">
          Kept as they are: <code>{further.join(', ')}</code>{' '}
          <button type="button" class="tk-link" onClick={() => set({ others: {} })}>
            Remove
          </button>
        </p>
      )}
      <div class="tk-compose-line">
        <Select
          label="Order by"
          value={order}
          choices={ORDERS}
          onChange={value => set({ order: value, by: ['', ''] })}
        />
        {order === 'metric' && (
          <>
            <Suggesting
              label="Metric to order by"
              value={by[0] && keyOf(by)}
              choices={fields.metrics.map(keyOf)}
              onChange={text => set({ by: pairOf(text, fields.metrics) })}
            />
            <Select
              label="Statistic to order by"
              value={statistic}
              choices={STATISTICS}
              onChange={value => set({ statistic: value })}
            />
          </>
        )}
        {order === 'hyperparameter' && (
          <Suggesting
            label="Hyperparameter to order by"
            value={by[1] && `${by[0]}/${by[1]}`}
            choices={fields.hyperparameters.map(pair => pair.join('/'))}
            onChange={text => set({ by: hyperparameterOf(text) })}
          />
        )}
        <Select
          label="Direction"
          value={descending ? 'down' : 'up'}
          choices={[
            ['down', DIRECTIONS[order]?.[0] ?? 'Highest first'],
            ['up', DIRECTIONS[order]?.[1] ?? 'Lowest first'],
          ]}
          onChange={value => set({ descending: value === 'down' })}
        />
        <label class="tk-compose-field tk-compose-few">
          At most
          <input
            class="tk-input tk-number"
            type="number"
            min={1}
            max={500}
            placeholder="all"
            value={most}
            onInput={event => set({ most: event.currentTarget.value.replace(/\D/g, '').replace(/^0+/, '') })}
          />
        </label>
      </div>
      <label class="tk-compose-check">
        <input type="checkbox" checked={archived} onChange={event => set({ archived: event.currentTarget.checked })} />
        Archived ones too
      </label>
    </fieldset>
  );
}

const NEW: { [F in Row['field']]: Row } = {
  project: { field: 'project', value: '', within: true },
  tags: { field: 'tags', op: 'any', values: [] },
  status: { field: 'status', values: [] },
  name: { field: 'name', value: '' },
  hyperparameter: { field: 'hyperparameter', section: '', name: '', values: [] },
  metric: { field: 'metric', metric: '', variant: '', statistic: 'value', low: '', high: '' },
  query: { field: 'query', value: '' },
};

function nameOf(field: Row['field']): string {
  return ADDED.find(([known]) => known === field)?.[1] ?? field;
}
