// The Info tab: who, when and where an experiment ran.

import { useSignal } from '@preact/signals';
import { Pencil } from 'lucide';
import { useEffect } from 'preact/hooks';
import '../styles/code.css';
import { EditField } from '../parts/editfield';
import { type Fact, Facts, Section } from '../parts/facts';
import { duration, exact, integer, milliseconds, sentence } from '../parts/format';
import { PlaceLink } from '../parts/going';
import { Button } from '../parts/icon';
import type { LiveRead } from '../parts/live';
import { Markdown } from '../parts/markdown';
import { Empty, SkeletonRows } from '../parts/states';
import { Status, standingOf } from '../parts/status';
import { RelativeTime } from '../parts/time';
import type { ExperimentAnswer } from '../protocol';
import type { Source } from '../source';

const RUNTIME: Record<string, string> = {
  os: 'Operating system',
  hostname: 'Host name',
  python_version: 'Python version',
  processor: 'Processor',
  cpu_type: 'CPU type',
  cpu_cores: 'CPU cores',
  memory_gb: 'Memory',
  gpu_type: 'GPU type',
  gpu_count: 'GPUs',
  cuda_driver_version: 'CUDA driver version',
  gpu_driver_version: 'GPU driver version',
  gpu_memory: 'GPU memory',
};

/** Told even when nothing is known about them. */
const ALWAYS = new Set(Object.keys(RUNTIME).slice(0, 10));
const GPU = /gpu|cuda/;

export function InfoTab({ record: live, source }: { record: LiveRead<ExperimentAnswer>; source: Source }) {
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={10} /> : null;
  }
  return (
    <div class="tk-page tk-columns">
      <Section title="Experiment">
        <Facts label="Experiment" facts={general(record, source)} />
        <Description record={record} source={source} onChanged={() => live.restart()} />
      </Section>
      <Section title="Runtime">
        <Runtime runtime={record.runtime} />
      </Section>
    </div>
  );
}

function general(record: ExperimentAnswer, source: Source): Fact[] {
  const [started, finished] = [milliseconds(record.started), milliseconds(record.finished)];
  const facts: Fact[] = [
    { name: 'Status', value: <Status whole {...standingOf(record)} /> },
    { name: 'Project', value: record.project, copy: record.project },
    {
      name: 'Parent',
      value: record.parent ? <Parent id={record.parent} source={source} /> : none('None'),
      copy: record.parent,
    },
    { name: 'User', value: record.user, copy: record.user },
    { name: 'Created', value: time(record.created) },
    { name: 'Started', value: time(record.started) },
    { name: 'Finished', value: time(record.finished) ?? (record.status === 'running' ? none('Not yet') : null) },
    { name: 'Last update', value: time(record.last_update) },
    { name: 'Last iteration', value: record.last_iteration === null ? null : integer(record.last_iteration) },
    { name: 'Archived', value: record.archived ? 'Yes' : 'No' },
    { name: 'ID', value: <code>{record.id}</code>, copy: record.id },
  ];
  if (started !== null && finished !== null) {
    facts.splice(7, 0, { name: 'Duration', value: duration(finished - started) });
  }
  return facts;
}

/** What it comes from, by its name. */
function Parent({ id, source }: { id: string; source: Source }) {
  const name = useSignal<string | null>(null);
  useEffect(() => {
    const life = new AbortController();
    source.read('experiment', { id }, life.signal).then(
      parent => {
        name.value = parent.name;
      },
      () => undefined,
    );
    return () => life.abort();
  }, [id, source]);
  return (
    <>
      <PlaceLink place={{ kind: 'experiment', id, title: name.value ?? id }} /> <code class="tk-faint">{id}</code>
    </>
  );
}

interface DescriptionProps {
  record: ExperimentAnswer;
  source: Source;
  onChanged: () => void;
}

function Description({ record, source, onChanged }: DescriptionProps) {
  const editing = useSignal(false);
  const { id, description } = record;
  const save = async (text: string) => {
    await source.edit('describe', { id, text });
    onChanged();
  };
  const open = (event: MouseEvent) => {
    const on = event.target instanceof Element && event.target.closest('a');
    if (!on && !getSelection()?.toString()) {
      editing.value = true;
    }
  };
  return (
    <section class="tk-section" aria-label="Description">
      <div class="tk-section-head">
        <h3>Description</h3>
        {!editing.value && <Button label="Edit description" icon={Pencil} onClick={() => (editing.value = true)} />}
      </div>
      {editing.value ? (
        <EditField
          label="Description"
          value={description ?? ''}
          lines
          onSave={save}
          onClose={() => (editing.value = false)}
        />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the button above does the same by keyboard
        // biome-ignore lint/a11y/useKeyWithClickEvents: the button above does the same by keyboard
        <div class="tk-description" onClick={open}>
          {description ? <Markdown text={description} /> : none('None')}
        </div>
      )}
    </section>
  );
}

function none(word: string) {
  return <span class="tk-faint">{word}</span>;
}

function time(value: string | null) {
  const ms = milliseconds(value);
  return ms === null ? null : (
    <>
      {exact(ms)}{' '}
      <span class="tk-faint">
        <RelativeTime time={value} />
      </span>
    </>
  );
}

function Runtime({ runtime }: { runtime: Record<string, unknown> }) {
  const told = Object.keys(runtime).filter(name => !(name in RUNTIME) && runtime[name] !== null);
  const names = [...Object.keys(RUNTIME).filter(name => ALWAYS.has(name) || name in runtime), ...told];
  const bare = runtime.gpu_count === 0;
  if (Object.keys(runtime).length === 0) {
    return <Empty code='track.start("name", capture=True)'>The machine an experiment runs on is described here.</Empty>;
  }
  const facts = names.map(name => {
    const text = runtimeText(name, runtime[name]);
    const absent = bare && GPU.test(name) ? none('None') : null;
    return { name: RUNTIME[name] ?? sentence(name), value: text ?? absent, copy: text };
  });
  return <Facts label="Runtime" facts={facts} />;
}

function runtimeText(name: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') {
    return null;
  }
  if (name.endsWith('_gb') && typeof value === 'number') {
    return `${Number(value.toFixed(1))} GB`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
