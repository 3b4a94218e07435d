// One experiment: its header and the eight tabs.

import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { FolderClosed } from 'lucide';
import { useMemo } from 'preact/hooks';
import { type Clock, ClockProvider, unmark } from '../clock';
import { useNewClock } from '../newclock';
import { integer } from '../parts/format';
import { Icon } from '../parts/icon';
import { IdButton } from '../parts/id';
import { lazy } from '../parts/lazy';
import { type LiveRead, useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Problem, SkeletonRows, SkeletonTiles } from '../parts/states';
import { Status, standingOf } from '../parts/status';
import { type Tab, Tabs } from '../parts/tabs';
import { ObjectTags } from '../parts/tagging';
import { RelativeTime } from '../parts/time';
import type { ExperimentAnswer, ViewOptions } from '../protocol';
import type { Source } from '../source';
import { Actions } from './actions';

const tiles = () => <SkeletonTiles />;

const Loop = lazy(
  async () => (await import('./loop')).Loop,
  () => null,
);
const ExecutionTab = lazy(async () => (await import('./record')).ExecutionTab);
const ConfigurationTab = lazy(async () => (await import('./record')).ConfigurationTab);
const ArtifactsTab = lazy(async () => (await import('./record')).ArtifactsTab);
const InfoTab = lazy(async () => (await import('./record')).InfoTab);
const ConsoleTab = lazy(async () => (await import('./console')).ConsoleTab);
const ScalarsTab = lazy(async () => (await import('./scalars')).ScalarsTab, tiles);
const PlotsTab = lazy(async () => (await import('./plots')).PlotsTab, tiles);
const RunLine = lazy(
  async () => (await import('./running')).RunLine,
  () => null,
);
const ClockStrip = lazy(
  async () => (await import('./clockstrip')).ClockStrip,
  () => null,
);
const SamplesTab = lazy(async () => (await import('./samples')).SamplesTab, tiles);

/** The header and the tables need not keep up with every point of a curve. */
const RECORD_REST_MS = 1_000;

interface ExperimentProps {
  source: Source;
  id: string;
  options: ViewOptions;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export function ExperimentView({ source, id, options, onOptions }: ExperimentProps) {
  const live = useLive(source, [id], signal => source.read('experiment', { id }, signal), [id], RECORD_REST_MS);
  const running = useComputed(() => live.value.value?.status === 'running');
  const tabs = useTabs(source, id, options, live, running);
  const clock = useNewClock(source, id);
  const asked = useSignal<{ name: string } | null>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    // Of what lies over the view the key is its own.
    const over = (event.target as HTMLElement).closest('dialog, .tk-search');
    if (event.key === 'Escape' && !event.defaultPrevented && !over && unmark(clock)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const gone = live.error.value;
  if (gone && live.value.value === undefined) {
    return <Problem error={gone} onRetry={() => live.wake()} />;
  }
  return (
    <article class="tk-experiment" aria-label={live.value.value?.name ?? 'Experiment'} onKeyDown={onKeyDown}>
      <Header source={source} live={live} />
      <LoopLine source={source} live={live} clock={clock} />
      <div class="tk-experiment-body">
        <ClockProvider value={clock}>
          <Tabs
            label="Experiment"
            tabs={tabs}
            first={tabNamed(options.tab, tabs)}
            onSelect={name => onOptions?.({ tab: name === 'Debug samples' ? 'samples' : name.toLowerCase() })}
            asked={asked}
          />
        </ClockProvider>
        <Strip clock={clock} asked={asked} />
      </div>
    </article>
  );
}

/** What is marked on the clock, once something is. */
function Strip(given: Parameters<typeof ClockStrip>[0]) {
  const { span, moment } = given.clock;
  return span.value || moment.value ? <ClockStrip {...given} /> : null;
}

function useTabs(
  source: Source,
  id: string,
  options: ViewOptions,
  record: LiveRead<ExperimentAnswer>,
  live: ReadonlySignal<boolean>,
): Tab[] {
  return useMemo(() => {
    const common = { source, objects: [id], live, options };
    return [
      { name: 'Execution', render: () => <ExecutionTab record={record} source={source} /> },
      { name: 'Configuration', render: () => <ConfigurationTab record={record} source={source} /> },
      { name: 'Artifacts', render: () => <ArtifactsTab record={record} source={source} /> },
      { name: 'Info', render: () => <InfoTab record={record} source={source} /> },
      { name: 'Console', render: () => <ConsoleTab source={source} id={id} record={record} live={live} /> },
      { name: 'Scalars', render: () => <ScalarsTab {...common} /> },
      { name: 'Plots', render: () => <PlotsTab {...common} /> },
      { name: 'Debug samples', render: () => <SamplesTab {...common} /> },
    ];
  }, [source, id, options, record, live]);
}

function tabNamed(wanted: string | undefined, tabs: Tab[]): string {
  const found = tabs.find(tab => tab.name.toLowerCase() === wanted?.toLowerCase().replace(/[_-]/g, ' '));
  return found?.name ?? (wanted?.toLowerCase() === 'samples' ? 'Debug samples' : 'Scalars');
}

function Header({ source, live }: { source: Source; live: LiveRead<ExperimentAnswer> }) {
  const adding = useSignal(false);
  const record = live.value.value;
  if (!record) {
    return <header class="tk-header">{live.late.value && <SkeletonRows rows={2} />}</header>;
  }
  return (
    <header class="tk-header">
      <div class="tk-header-line">
        <h2 class="tk-header-name">
          <Middle text={record.name} />
        </h2>
        <span role="status">
          <Status whole {...standingOf(record)} />
        </span>
        {record.status_reason && (record.status === 'failed' || record.status === 'aborted') && (
          <span class="tk-reason tk-faint" title={record.status_reason}>
            <span class="tk-cut">{record.status_reason}</span>
          </span>
        )}
        {record.archived && <span class="tk-badge">Archived</span>}
        <span class="tk-space" />
        <IdButton id={record.id} />
        <Actions source={source} record={record} adding={adding} onChanged={() => live.restart()} />
      </div>
      <div class="tk-header-line tk-header-more">
        {record.project && (
          <span class="tk-meta" title={`Project ${record.project}`}>
            <Icon of={FolderClosed} size={12} />
            <span class="tk-cut">{record.project}</span>
          </span>
        )}
        <Times record={record} />
        {record.last_iteration !== null && record.last_iteration !== undefined && (
          <span class="tk-meta tk-number">Iteration {integer(record.last_iteration)}</span>
        )}
        <ObjectTags
          source={source}
          id={record.id}
          tags={record.tags}
          onChanged={() => live.restart()}
          adding={adding}
        />
      </div>
      {record.run && <RunLine source={source} record={record} run={record.run} onAsk={() => live.wake()} />}
      <Damage record={record} />
      {live.error.value && <Problem error={live.error.value} />}
    </header>
  );
}

/** The tools of a loop, while there is one; what became of its knobs stays to be seen. */
function LoopLine({ source, live, clock }: { source: Source; live: LiveRead<ExperimentAnswer>; clock: Clock }) {
  const record = live.value.value;
  const loop = record?.loop;
  if (!record || !loop || (loop.doing === null && loop.knobs === 0)) {
    return null;
  }
  return <Loop source={source} record={record} clock={clock} onChanged={() => live.wake()} />;
}

/** What is missing from what is shown: said once, above all of it. */
function Damage({ record }: { record: ExperimentAnswer }) {
  const { damaged = 0, lost = 0 } = record;
  const told = [
    damaged > 0 && `${integer(damaged)} damaged ${damaged === 1 ? 'record was' : 'records were'} skipped`,
    lost > 0 && `${integer(lost)} ${lost === 1 ? 'point' : 'points'} could not be written`,
  ].filter(Boolean);
  return told.length > 0 ? <Problem error={`${told.join(', ')}; all else is shown.`} /> : null;
}

function Times({ record }: { record: ExperimentAnswer }) {
  const ended = record.finished !== null;
  return (
    <>
      {record.started ? (
        <span class="tk-meta">
          Started <RelativeTime time={record.started} />
        </span>
      ) : (
        <span class="tk-meta">
          Created <RelativeTime time={record.created} />
        </span>
      )}
      <span class="tk-meta">
        {ended ? 'Finished' : 'Updated'} <RelativeTime time={ended ? record.finished : record.last_update} />
      </span>
    </>
  );
}
