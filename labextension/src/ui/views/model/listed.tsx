// The models of an experiment, as its Artifacts tab lists them: each leads to the model's own view.

import { type Fact, Facts } from '../../parts/facts';
import { integer } from '../../parts/format';
import { PlaceLink } from '../../parts/going';
import { useLive } from '../../parts/live';
import { Empty } from '../../parts/states';
import { Status } from '../../parts/status';
import type { ModelAnswer, ModelReference } from '../../protocol';
import type { Source } from '../../source';

const SHOWN_CHARACTERS = 4_000;
const SHOWN_SNAPSHOTS = 5;
const MODEL_REST_MS = 1_000;

interface ModelsProps {
  label: string;
  models: ModelReference[];
  source: Source;
  /** The line that puts one here. */
  code: string;
  children: string;
}

export function Models({ label, models, source, code, children }: ModelsProps) {
  if (models.length === 0) {
    return <Empty code={code}>{children}</Empty>;
  }
  return (
    <ul class="tk-cards" aria-label={label}>
      {models.map(model => (
        <Listed key={model.id} model={model} source={source} />
      ))}
    </ul>
  );
}

function Listed({ model: { id, name }, source }: { model: ModelReference; source: Source }) {
  const live = useLive(source, [id], signal => source.read('model', { id }, signal), [id], MODEL_REST_MS);
  const record = live.value.value;
  const missing = live.error.value && !record;
  const title = name ?? record?.name ?? 'Unnamed model';
  return (
    <li class="tk-artifact" aria-label={title}>
      <div class="tk-artifact-head">
        <h3 class="tk-cut">{missing ? title : <PlaceLink place={{ kind: 'model', id, title }} />}</h3>
        {record && <span class="tk-badge tk-number">v{integer(record.version)}</span>}
        {record && <Status status={record.status} />}
        {missing && <span class="tk-problem-inline">{live.error.value?.message}</span>}
      </div>
      <Facts label={title} facts={facts(id, record)} />
    </li>
  );
}

function facts(id: string, record: ModelAnswer | undefined): Fact[] {
  const found: Fact[] = [{ name: 'ID', value: <code>{id}</code>, copy: id }];
  if (!record) {
    return found;
  }
  const { config, snapshots, framework } = record;
  const newest = [...snapshots].reverse();
  const cut = config.length > SHOWN_CHARACTERS;
  const older = newest.length - SHOWN_SNAPSHOTS;
  return [
    ...found,
    { name: 'ML framework', value: framework },
    {
      name: 'Configuration',
      value: config ? (
        <span class="tk-mono tk-pre tk-listed-config">
          {config.slice(0, SHOWN_CHARACTERS)}
          {cut && '…'}
        </span>
      ) : (
        <span class="tk-faint">None</span>
      ),
      copy: config,
    },
    ...newest.slice(0, SHOWN_SNAPSHOTS).map(({ uri, iteration }, index) => ({
      name: iteration === null ? `Snapshot ${newest.length - index}` : `Iteration ${integer(iteration)}`,
      value: <span class="tk-mono">{uri}</span>,
      copy: uri,
    })),
    ...(older > 0 ? [{ name: 'Older', value: <span class="tk-faint">{integer(older)} more snapshots</span> }] : []),
  ];
}
