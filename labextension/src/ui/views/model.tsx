// One model: its header and the seven tabs.

import { type ReadonlySignal, signal as stateOf, useSignal } from '@preact/signals';
import { FolderClosed } from 'lucide';
import { useEffect, useMemo } from 'preact/hooks';
import '../styles/model.css';
import { integer } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { IdButton } from '../parts/id';
import { lazy } from '../parts/lazy';
import { type LiveRead, useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Problem, SkeletonRows, SkeletonTiles } from '../parts/states';
import { Status, statusWord } from '../parts/status';
import { type Tab, Tabs } from '../parts/tabs';
import { ObjectTags } from '../parts/tagging';
import { RelativeTime } from '../parts/time';
import type { ModelAnswer, ViewOptions } from '../protocol';
import { type Source, wordsOf } from '../source';
import { GeneralTab } from './model/general';

const tiles = () => <SkeletonTiles />;

const NetworkTab = lazy(async () => (await import('./model/record')).NetworkTab);
const LabelsTab = lazy(async () => (await import('./model/record')).LabelsTab);
const MetadataTab = lazy(async () => (await import('./model/record')).MetadataTab);
const LineageTab = lazy(async () => (await import('./model/record')).LineageTab);
const ScalarsTab = lazy(async () => (await import('./scalars')).ScalarsTab, tiles);
const PlotsTab = lazy(async () => (await import('./plots')).PlotsTab, tiles);

const RECORD_REST_MS = 500;
/** Nothing runs in a model. */
const STILL: ReadonlySignal<boolean> = stateOf(false);

interface ModelProps {
  source: Source;
  id: string;
  options: ViewOptions;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export function ModelView({ source, id, options, onOptions }: ModelProps) {
  const live = useLive(source, [id], signal => source.read('model', { id }, signal), [id], RECORD_REST_MS);
  const record = live.value.value;
  const tabs = useTabs(source, id, options, onOptions, live);
  useEffect(() => {
    if (record) {
      onOptions?.({ _state: record.state });
    }
  }, [record?.state]);
  const gone = live.error.value;
  if (gone && record === undefined) {
    return <Problem error={gone} onRetry={() => live.wake()} />;
  }
  const wanted = options.tab?.toLowerCase();
  return (
    <article class="tk-experiment" aria-label={record?.name ?? 'Model'}>
      <Header source={source} live={live} />
      <Tabs
        label="Model"
        tabs={tabs}
        first={tabs.find(tab => tab.name.toLowerCase() === wanted)?.name ?? 'General'}
        onSelect={name => onOptions?.({ tab: name.toLowerCase() })}
      />
    </article>
  );
}

function useTabs(
  source: Source,
  id: string,
  options: ViewOptions,
  onOptions: ModelProps['onOptions'],
  record: LiveRead<ModelAnswer>,
): Tab[] {
  return useMemo(() => {
    const own = { source, record };
    const charts = { source, objects: [id], live: STILL, options };
    return [
      { name: 'General', render: () => <GeneralTab {...own} /> },
      { name: 'Network', render: () => <NetworkTab {...own} /> },
      { name: 'Labels', render: () => <LabelsTab {...own} /> },
      { name: 'Metadata', render: () => <MetadataTab {...own} /> },
      { name: 'Lineage', render: () => <LineageTab {...own} /> },
      { name: 'Scalars', render: () => <ScalarsTab {...charts} onOptions={onOptions} /> },
      { name: 'Plots', render: () => <PlotsTab {...charts} /> },
    ];
  }, [source, id, options, onOptions, record]);
}

function Header({ source, live }: { source: Source; live: LiveRead<ModelAnswer> }) {
  const refused = useSignal<string | null>(null);
  const publishing = useSignal(false);
  const record = live.value.value;
  if (!record) {
    return <header class="tk-header">{live.late.value && <SkeletonRows rows={2} />}</header>;
  }
  const { id } = record;
  const attempt = async (edit: Promise<unknown>) => {
    try {
      await edit;
      refused.value = null;
    } catch (reason) {
      refused.value = wordsOf(reason);
    }
    live.wake();
  };
  const publish = async () => {
    publishing.value = false;
    await attempt(source.edit('publish', { id }));
  };
  return (
    <header class="tk-header">
      <div class="tk-header-line">
        <h2 class="tk-header-name">
          <Middle text={record.name} />
        </h2>
        <span class="tk-badge tk-number" title={`Version ${record.version} of the models with this name`}>
          v{integer(record.version)}
        </span>
        <Status status={record.status} />
        {record.archived && <span class="tk-badge">Archived</span>}
        {record.aliases.map(alias => (
          <span key={alias} class="tk-badge tk-cut" title={`Alias: ${record.name}@${alias}`}>
            @{alias}
          </span>
        ))}
        <span class="tk-space" />
        {record.status === 'draft' && (
          <Button
            label="Publish"
            onClick={() => {
              publishing.value = true;
            }}
          >
            Publish
          </Button>
        )}
        <IdButton id={id} />
      </div>
      <div class="tk-header-line tk-header-more">
        {record.project && (
          <span class="tk-meta" title={`Project ${record.project}`}>
            <Icon of={FolderClosed} size={12} />
            <span class="tk-cut">{record.project}</span>
          </span>
        )}
        {record.framework && <span class="tk-meta">{record.framework}</span>}
        <span class="tk-meta">
          Updated <RelativeTime time={record.last_update} />
        </span>
        <ObjectTags source={source} id={id} tags={record.tags} onChanged={() => live.wake()} />
      </div>
      {publishing.value && (
        <div class="tk-bar tk-confirm" role="alertdialog" aria-label="Publish this model">
          <span>Publish this model? From then on only its metadata can be edited.</span>
          <span class="tk-space" />
          <Button
            label="Cancel"
            class="tk-outlined"
            onClick={() => {
              publishing.value = false;
            }}
          >
            Cancel
          </Button>
          <Button label="Publish for good" class="tk-strong" onClick={() => void publish()}>
            Publish
          </Button>
        </div>
      )}
      {refused.value && <Problem error={refused.value} />}
      {live.error.value && <Problem error={live.error.value} />}
      <span class="tk-spoken" role="status">
        {statusWord(record.status)}
      </span>
    </header>
  );
}
