// The Configuration tab: user properties, hyperparameters by section, configuration objects; edited where that is allowed.

import { useSignal } from '@preact/signals';
import { ArrowLeft, CopyPlus } from 'lucide';
import { useMemo } from 'preact/hooks';
import '../styles/code.css';
import { Button } from '../parts/icon';
import { type LiveRead, useLive } from '../parts/live';
import { Rail, type RailItem } from '../parts/rail';
import { Problem, SkeletonRows } from '../parts/states';
import type { ExperimentAnswer } from '../protocol';
import { type Source, wordsOf } from '../source';
import { ObjectText } from './object';
import { Parameters } from './parameters';

const PROPERTIES = 'properties';

interface ConfigurationTabProps {
  record: LiveRead<ExperimentAnswer>;
  source: Source;
}

export function ConfigurationTab({ record, source }: ConfigurationTabProps) {
  const clone = useSignal<string | null>(null);
  const chosen = useSignal('');
  if (clone.value !== null) {
    return <Clone source={source} id={clone.value} chosen={chosen} onBack={() => (clone.value = null)} />;
  }
  return <Configuration record={record} source={source} chosen={chosen} onClone={id => (clone.value = id)} />;
}

/** The copy that was made to be edited, in the place of what it was made from. */
function Clone(props: { source: Source; id: string; chosen: { value: string }; onBack: () => void }) {
  const { source, id, chosen, onBack } = props;
  const record = useLive(source, [id], signal => source.read('experiment', { id }, signal), [id]);
  const name = record.value.value?.name;
  return (
    <div class="tk-configuration">
      <div class="tk-note-strip" role="status">
        <Button label="Back to the original" icon={ArrowLeft} onClick={onBack}>
          Back
        </Button>
        {name && (
          <span>
            Editing the clone <b>{name}</b>, a draft
          </span>
        )}
      </div>
      <Configuration record={record} source={source} chosen={chosen} />
    </div>
  );
}

interface ConfigurationProps extends ConfigurationTabProps {
  chosen: { value: string };
  onClone?: (id: string) => void;
}

function Configuration({ record: live, source, chosen, onClone }: ConfigurationProps) {
  const record = live.value.value;
  const items = useMemo(() => (record ? sections(record) : []), [record]);
  if (!record) {
    const error = live.error.value;
    return error ? <Problem error={error} /> : live.late.value ? <SkeletonRows rows={8} /> : null;
  }
  const current = items.find(item => item.key === chosen.value) ?? first(items);
  const shown = {
    get value() {
      return current?.key ?? PROPERTIES;
    },
    set value(key: string) {
      chosen.value = key;
    },
  };
  const item = shown.value;
  const published = record.status === 'published';
  const editable = item === PROPERTIES ? !published : record.status === 'draft';
  const why = published
    ? 'It is published: its content is locked'
    : `It is ${record.status}: only a draft is edited here`;
  const common = {
    record,
    source,
    editable,
    onChanged: () => live.restart(),
    tools: editable ? null : <CloneToEdit record={record} source={source} why={why} onClone={onClone} />,
  };
  const name = item.slice(item.indexOf(' ') + 1);
  const go = (key: string) => {
    chosen.value = key;
  };
  return (
    <Rail label="Configuration" items={items} chosen={shown}>
      {item.startsWith('object ') ? (
        <ObjectText key={item} name={name} {...common} onNamed={named => go(`object ${named}`)} />
      ) : (
        <Parameters
          key={item}
          section={item === PROPERTIES ? null : name}
          {...common}
          onNamed={named => go(`parameters ${named}`)}
        />
      )}
    </Rail>
  );
}

/** Hyperparameters are what people look for first. */
function first(items: RailItem[]): RailItem | undefined {
  return items.find(item => item.group === 'Hyperparameters' && item.count !== 0) ?? items[0];
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
    { key: PROPERTIES, name: 'Properties', count: count(properties), group: 'User properties' },
    ...(parameters.length > 0
      ? parameters
      : [{ key: 'parameters General', name: 'General', count: 0, group: 'Hyperparameters' }]),
    ...(objects.length > 0
      ? objects
      : [{ key: 'object General', name: 'General', count: 0, group: 'Configuration objects' }]),
  ];
}

interface CloneToEditProps {
  record: ExperimentAnswer;
  source: Source;
  why: string;
  onClone: ((id: string) => void) | undefined;
}

function CloneToEdit({ record, source, why, onClone }: CloneToEditProps) {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  if (!onClone) {
    return null;
  }
  const clone = async () => {
    busy.value = true;
    problem.value = null;
    try {
      const { id } = await source.edit('clone', { id: record.id });
      if (id) {
        onClone(id);
      }
    } catch (reason) {
      problem.value = wordsOf(reason);
    }
    busy.value = false;
  };
  return (
    <span title={why} class="tk-clone">
      {problem.value && <span class="tk-problem-inline">{problem.value}</span>}
      <Button label="Clone to edit" icon={CopyPlus} onClick={() => void clone()} disabled={busy.value}>
        Clone to edit
      </Button>
      <span class="tk-spoken">{why}</span>
    </span>
  );
}
