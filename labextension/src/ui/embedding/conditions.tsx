// One condition of a query as a row of controls.

import type { FieldsAnswer } from '../protocol';
import { hyperparameterOf, keyOf, pairOf, STATISTICS } from './choices';
import { Suggesting, Tokens } from './fields';
import type { Asked, Hyperparameter, MetricRange } from './query';

export type Row =
  | { field: 'project'; value: string; within: boolean }
  | { field: 'tags'; op: keyof Asked['tags']; values: string[] }
  | { field: 'status'; values: string[] }
  | { field: 'name' | 'query'; value: string }
  | ({ field: 'hyperparameter' } & Hyperparameter)
  | ({ field: 'metric' } & MetricRange);

const STATUSES = ['draft', 'queued', 'running', 'completed', 'aborted', 'failed', 'published'];

export function rowsOf(asked: Asked): Row[] {
  const { project, within, tags, status, name, query, hyperparameters, metrics } = asked;
  const rows: Row[] = [];
  if (project) {
    rows.push({ field: 'project', value: project, within });
  }
  for (const op of ['any', 'all', 'none'] as const) {
    if (tags[op].length > 0) {
      rows.push({ field: 'tags', op, values: tags[op] });
    }
  }
  if (status.length > 0) {
    rows.push({ field: 'status', values: status });
  }
  if (name) {
    rows.push({ field: 'name', value: name });
  }
  rows.push(...hyperparameters.map(one => ({ field: 'hyperparameter' as const, ...one })));
  rows.push(...metrics.map(one => ({ field: 'metric' as const, ...one })));
  if (query) {
    rows.push({ field: 'query', value: query });
  }
  return rows;
}

/** What is asked with these conditions in the place of those that it has. */
export function withRows(asked: Asked, rows: readonly Row[]): Asked {
  const tags: Asked['tags'] = { any: [], all: [], none: [] };
  const found: Asked = {
    ...asked,
    project: '',
    within: false,
    tags,
    status: [],
    name: '',
    query: '',
    hyperparameters: [],
    metrics: [],
  };
  for (const row of rows) {
    switch (row.field) {
      case 'project':
        found.project = row.value;
        found.within = row.within;
        break;
      case 'tags':
        tags[row.op] = [...tags[row.op], ...row.values];
        break;
      case 'status':
        found.status = [...found.status, ...row.values];
        break;
      case 'name':
        found.name = row.value;
        break;
      case 'query':
        found.query = [found.query, row.value].filter(Boolean).join(' and ');
        break;
      case 'hyperparameter':
        found.hyperparameters.push(row);
        break;
      case 'metric':
        found.metrics.push(row);
        break;
    }
  }
  return found;
}

interface RowProps {
  row: Row;
  fields: FieldsAnswer;
  onChange: (row: Row) => void;
}

export function RowEditor({ row, fields, onChange }: RowProps) {
  switch (row.field) {
    case 'project':
      return (
        <>
          <Suggesting
            label="Project"
            bare
            value={row.value}
            choices={Object.keys(fields.projects)}
            onChange={value => onChange({ ...row, value })}
          />
          <label class="tk-compose-check">
            <input
              type="checkbox"
              checked={row.within}
              onChange={event => onChange({ ...row, within: event.currentTarget.checked })}
            />
            and below
          </label>
        </>
      );
    case 'tags':
      return (
        <>
          <select
            class="tk-choice"
            aria-label="Tags, how"
            value={row.op}
            onChange={event => onChange({ ...row, op: event.currentTarget.value as typeof row.op })}
          >
            <option value="any">any of</option>
            <option value="all">all of</option>
            <option value="none">none of</option>
          </select>
          <Tokens
            label="Tags"
            bare
            values={row.values}
            choices={Object.keys(fields.tags)}
            onChange={values => onChange({ ...row, values })}
          />
        </>
      );
    case 'status':
      return (
        <Tokens
          label="Status"
          bare
          values={row.values}
          choices={STATUSES}
          onChange={values => onChange({ ...row, values: values.filter(value => STATUSES.includes(value)) })}
        />
      );
    case 'name':
      return <Text label="Name contains" value={row.value} onChange={value => onChange({ ...row, value })} />;
    case 'query':
      return (
        <Text
          label="Query"
          placeholder='metrics["loss/val"].min < 0.1'
          value={row.value}
          onChange={value => onChange({ ...row, value })}
        />
      );
    case 'hyperparameter':
      return <HyperparameterRow row={row} fields={fields} onChange={onChange} />;
    case 'metric':
      return <MetricRow row={row} fields={fields} onChange={onChange} />;
  }
}

type Of<F extends Row['field']> = Omit<RowProps, 'row'> & { row: Extract<Row, { field: F }> };

function HyperparameterRow({ row, fields, onChange }: Of<'hyperparameter'>) {
  const choose = (text: string) => {
    const [section, name] = hyperparameterOf(text);
    onChange({ ...row, section, name });
  };
  return (
    <>
      <Suggesting
        label="Hyperparameter"
        bare
        value={row.name && `${row.section}/${row.name}`}
        choices={fields.hyperparameters.map(pair => pair.join('/'))}
        onChange={choose}
      />
      is
      <Tokens label="Values" bare values={row.values} choices={[]} onChange={values => onChange({ ...row, values })} />
    </>
  );
}

function MetricRow({ row, fields, onChange }: Of<'metric'>) {
  const limit = (which: 'low' | 'high', label: string) => (
    <input
      class="tk-input tk-number tk-compose-limit"
      aria-label={label}
      placeholder={label.toLowerCase()}
      inputMode="decimal"
      value={row[which]}
      onInput={event => onChange({ ...row, [which]: event.currentTarget.value.trim() })}
    />
  );
  return (
    <>
      <Suggesting
        label="Metric"
        bare
        value={keyOf([row.metric, row.variant])}
        choices={fields.metrics.map(keyOf)}
        onChange={text => {
          const [metric, variant] = pairOf(text, fields.metrics);
          onChange({ ...row, metric, variant });
        }}
      />
      <select
        class="tk-choice"
        aria-label="Statistic"
        value={row.statistic}
        onChange={event => onChange({ ...row, statistic: event.currentTarget.value as typeof row.statistic })}
      >
        {STATISTICS.map(([key, word]) => (
          <option key={key} value={key}>
            {word.toLowerCase()}
          </option>
        ))}
      </select>
      {limit('low', 'From')}
      {limit('high', 'To')}
    </>
  );
}

function Text({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: string;
  placeholder?: string;
  onChange: (value: string) => void;
}) {
  return (
    <input
      class="tk-input tk-compose-wide"
      aria-label={label}
      placeholder={placeholder ?? label}
      spellcheck={false}
      value={value}
      onInput={event => onChange(event.currentTarget.value)}
    />
  );
}
