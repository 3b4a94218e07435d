// The Configuration tab: user properties, hyperparameters by section, configuration objects.

import { useSignal } from '@preact/signals';
import { CopyButton } from '../parts/copy';
import type { LiveRead } from '../parts/live';
import { Rail, type RailItem } from '../parts/rail';
import { Search, useFilter } from '../parts/search';
import { Empty, Nothing, SkeletonRows } from '../parts/states';
import type { ConfigurationObject, ExperimentAnswer, Parameter } from '../protocol';

const PROPERTIES = 'properties';

export function ConfigurationTab({ record: live }: { record: LiveRead<ExperimentAnswer> }) {
  const chosen = useSignal('');
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={8} /> : null;
  }
  const items = sections(record);
  const current = items.find(item => item.key === chosen.value) ?? first(items);
  const shown = {
    get value() {
      return current?.key ?? PROPERTIES;
    },
    set value(key: string) {
      chosen.value = key;
    },
  };
  return (
    <Rail label="Configuration" items={items} chosen={shown}>
      <Chosen key={shown.value} record={record} item={shown.value} />
    </Rail>
  );
}

/** Hyperparameters are what people look for first. */
function first(items: RailItem[]): RailItem | undefined {
  return items.find(item => item.group && item.count !== 0) ?? items[0];
}

function sections(record: ExperimentAnswer): RailItem[] {
  const { properties, hyperparameters, configuration } = record;
  const count = (values: object) => Object.keys(values).length;
  const parameters = Object.entries(hyperparameters).map(([name, values]) => ({
    key: `parameters ${name}`,
    name,
    count: count(values),
    group: 'Hyperparameters',
  }));
  const objects = Object.keys(configuration).map(name => ({
    key: `object ${name}`,
    name,
    group: 'Configuration objects',
  }));
  return [
    { key: PROPERTIES, name: 'User properties', count: count(properties) },
    ...(parameters.length > 0
      ? parameters
      : [{ key: 'parameters ', name: 'General', count: 0, group: 'Hyperparameters' }]),
    ...(objects.length > 0 ? objects : [{ key: 'object ', name: 'General', count: 0, group: 'Configuration objects' }]),
  ];
}

function Chosen({ record, item }: { record: ExperimentAnswer; item: string }) {
  if (item === PROPERTIES) {
    return (
      <Parameters label="User properties" values={record.properties} code='exp.set_properties(dataset="v2")'>
        Properties set by people or code appear here; they can be set at any time.
      </Parameters>
    );
  }
  const name = item.slice(item.indexOf(' ') + 1);
  if (item.startsWith('parameters ')) {
    return (
      <Parameters
        label={`Hyperparameters ${name}`.trim()}
        values={record.hyperparameters[name] ?? {}}
        code='track.start("name", config={"lr": 0.1})'
      >
        The hyperparameters of the experiment appear here.
      </Parameters>
    );
  }
  return <ObjectText name={name} object={record.configuration[name]} />;
}

interface ParametersProps {
  label: string;
  values: Record<string, Parameter>;
  code: string;
  children: string;
}

function Parameters({ label, values, code, children }: ParametersProps) {
  const { text, matches } = useFilter();
  const rows = Object.entries(values);
  if (rows.length === 0) {
    return <Empty code={code}>{children}</Empty>;
  }
  const found = rows.filter(([name, { value }]) => matches(name, value));
  const all = () => found.map(([name, { value }]) => `${name}\t${value ?? ''}`).join('\n');
  return (
    <>
      <div class="tk-bar">
        <Search text={text} placeholder="Search names and values" />
        <span class="tk-space" />
        <CopyButton text={all} />
      </div>
      <table class="tk-table" aria-label={label}>
        <thead>
          <tr>
            <th>Name</th>
            <th>Value</th>
            <th class="tk-wide-only">Type</th>
            <th aria-label="Copy" />
          </tr>
        </thead>
        <tbody>
          {found.map(([name, parameter]) => (
            <ParameterRow key={name} name={name} parameter={parameter} />
          ))}
        </tbody>
      </table>
      {found.length === 0 && <Nothing>Nothing matches “{text.value}”.</Nothing>}
    </>
  );
}

function ParameterRow({ name, parameter }: { name: string; parameter: Parameter }) {
  const { value, type, description } = parameter;
  const told = [
    type && `Type: ${type}`,
    description && `Description: ${description}`,
    parameter.default !== null && parameter.default !== undefined && `Default: ${parameter.default}`,
  ].filter(Boolean);
  const changed = parameter.default !== null && parameter.default !== undefined && parameter.default !== value;
  return (
    <tr title={[name, ...told].join('\n')}>
      <th scope="row">{name}</th>
      <td class="tk-mono">
        {value ?? <span class="tk-faint">None</span>}
        {changed && <span class="tk-faint"> (default {parameter.default})</span>}
      </td>
      <td class="tk-wide-only tk-faint">{type}</td>
      <td class="tk-cell-tools">
        <CopyButton text={value ?? ''} label={`Copy ${name}`} />
      </td>
    </tr>
  );
}

function ObjectText({ name, object }: { name: string; object: ConfigurationObject | undefined }) {
  if (!object) {
    return (
      <Empty code='exp.connect_configuration("config.yaml")'>
        Whole configurations, as a file or a dictionary, appear here.
      </Empty>
    );
  }
  return (
    <>
      <div class="tk-bar">
        <span class="tk-bar-title">{name}</span>
        {object.type && <span class="tk-badge">{object.type}</span>}
        <span class="tk-faint tk-cut">{object.description}</span>
        <span class="tk-space" />
        <CopyButton text={object.value ?? ''} />
      </div>
      <pre class="tk-code">{object.value || 'Empty'}</pre>
    </>
  );
}
