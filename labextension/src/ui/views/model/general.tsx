// The General tab: where the weights are, what made the model, and what people say about it.

import { useSignal } from '@preact/signals';
import { Download, Pencil } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { CopyButton } from '../../parts/copy';
import { downloadFile, downloadUrl, fileName } from '../../parts/download';
import { type Fact, Facts, Section } from '../../parts/facts';
import { bytes, integer } from '../../parts/format';
import { PlaceLink } from '../../parts/going';
import { Button } from '../../parts/icon';
import { useSaving } from '../../parts/saving';
import { Nothing, SkeletonRows } from '../../parts/states';
import { Tags } from '../../parts/tags';
import { RelativeTime } from '../../parts/time';
import type { ModelAnswer, ModelSnapshot } from '../../protocol';
import type { Source } from '../../source';
import { type ModelTabProps, PUBLISHED } from './props';
import { Versions } from './versions';

/** What a browser can fetch; everything else is copied. */
const NETWORK = /^https?:\/\//i;

export function GeneralTab({ source, record: live }: ModelTabProps) {
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={8} /> : null;
  }
  return (
    <div class="tk-page">
      <Description source={source} record={record} onSaved={() => live.wake()} />
      <div class="tk-columns">
        <Section title="Model">
          <Facts label="Model" facts={model(record, source)} />
        </Section>
        <Section title="Record">
          <Facts label="Record" facts={history(record)} />
          <Aliases source={source} record={record} onChanged={() => live.wake()} />
        </Section>
      </div>
      <Versions source={source} record={record} onChanged={() => live.wake()} />
      <Snapshots record={record} source={source} />
    </div>
  );
}

function model(record: ModelAnswer, source: Source): Fact[] {
  const { uri, hash, experiment, experiment_name: name } = record;
  const made = experiment ? { kind: 'experiment' as const, id: experiment, title: name ?? experiment } : null;
  const newest = record.snapshots.at(-1);
  return [
    { name: 'Model URL', value: <Location uri={uri} snapshot={newest} source={source} /> },
    {
      name: 'Weights',
      value: weights(record, newest, source),
    },
    { name: 'ML framework', value: record.framework },
    {
      name: 'Creating experiment',
      value: !made ? (
        <span class="tk-faint">None: it was registered</span>
      ) : name ? (
        <PlaceLink place={made} />
      ) : (
        gone(made.id)
      ),
    },
    { name: 'Hash', value: hash && <span class="tk-mono">{hash}</span>, copy: hash },
  ].filter(fact => fact.name !== 'Hash' || hash);
}

function gone(id: string) {
  return (
    <span class="tk-faint">
      Deleted, or in another store: <code>{id}</code>
    </span>
  );
}

function weights(record: ModelAnswer, newest: ModelSnapshot | undefined, source: Source) {
  if (!record.hash || newest?.missing) {
    return <span class="tk-faint">{record.uri ? 'Not kept in this store' : 'None saved'}</span>;
  }
  const hash = record.hash;
  return (
    <span class="tk-inline">
      {bytes(record.size)}
      <Button
        label="Download weights"
        icon={Download}
        onClick={() => downloadFile(source, record.id, hash, fileName(`${record.name}-${record.version}`))}
      />
    </span>
  );
}

interface LocationProps {
  uri: string | null;
  snapshot: ModelSnapshot | undefined;
  source: Source;
}

/** Where weights are: what a browser can fetch is a link, the rest is copied. */
function Location({ uri, snapshot, source }: LocationProps) {
  const unreached = useSignal(false);
  if (!uri) {
    return <span class="tk-faint">No weights were saved</span>;
  }
  if (!NETWORK.test(uri)) {
    return (
      <>
        <span class="tk-inline tk-always">
          <span class="tk-mono">{uri}</span>
          <CopyButton text={uri} label="Copy" />
        </span>
        {snapshot?.missing && (
          <span class="tk-problem-inline" role="alert">
            This file is gone: someone removed it from the store. Save the model again, or restore the file there.
          </span>
        )}
      </>
    );
  }
  const fetchIt = async () => {
    unreached.value = false;
    if ((await source.reaches?.(uri)) ?? true) {
      downloadUrl(uri, uri.slice(uri.lastIndexOf('/') + 1));
    } else {
      unreached.value = true;
    }
  };
  return (
    <>
      <span class="tk-inline tk-always">
        <a
          class="tk-link tk-mono"
          href={uri}
          rel="noopener noreferrer"
          target="_blank"
          onClick={event => {
            if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
              event.preventDefault();
              void fetchIt();
            }
          }}
        >
          {uri}
        </a>
        <Button label="Download" icon={Download} onClick={() => void fetchIt()} />
      </span>
      {unreached.value && (
        <span class="tk-problem-inline" role="alert">
          This address does not answer this browser. Check that it is right and that you are connected, then try again.{' '}
          <CopyButton text={uri} label="Copy address" />
        </span>
      )}
    </>
  );
}

function history(record: ModelAnswer): Fact[] {
  const time = (value: string | null) => value && <RelativeTime time={value} />;
  return [
    { name: 'Version', value: integer(record.version) },
    { name: 'Project', value: record.project, copy: record.project },
    { name: 'User', value: record.user },
    { name: 'Created', value: time(record.created) },
    { name: 'Last update', value: time(record.last_update) },
  ];
}

function Aliases({ source, record, onChanged }: { source: Source; record: ModelAnswer; onChanged: () => void }) {
  const { problem, save } = useSaving<{ add?: string; remove?: string }>(
    ({ add, remove }) =>
      add !== undefined
        ? source.edit('add_alias', { id: record.id, alias: add })
        : source.edit('remove_alias', { id: record.id, alias: remove ?? '' }),
    async () => ({}),
  );
  const change = async (what: { add?: string; remove?: string }) => {
    if (await save(what, {})) {
      onChanged();
    }
  };
  return (
    <div class="tk-fact">
      <span class="tk-fact-name">Aliases</span>
      <div>
        <Tags
          tags={record.aliases}
          noun="alias"
          onAdd={add => void change({ add })}
          onRemove={remove => void change({ remove })}
        />
        <span class="tk-problem-inline" role="alert">
          {problem.value}
        </span>
      </div>
    </div>
  );
}

interface DescriptionProps {
  source: Source;
  record: ModelAnswer;
  onSaved: () => void;
}

function Description({ source, record, onSaved }: DescriptionProps) {
  const draft = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { busy, problem, save } = useSaving<string>(
    text => source.edit('describe', { id: record.id, text }),
    async () => record.description ?? '',
  );
  const editing = draft.value !== null;
  useLayoutEffect(() => {
    if (editing) {
      field.current?.focus();
    }
  }, [editing]);
  const keep = async () => {
    const text = draft.value ?? '';
    if (text === (record.description ?? '') || (await save(text, ''))) {
      draft.value = null;
      onSaved();
    }
  };
  const locked = record.status === 'published';
  if (draft.value === null) {
    return (
      <Section
        title="Description"
        aside={locked ? <span class="tk-faint">Locked: the model is published</span> : undefined}
      >
        {locked ? (
          <p class="tk-description">{record.description || <span class="tk-faint">None</span>}</p>
        ) : (
          <button
            type="button"
            class="tk-description tk-description-edit"
            aria-label="Edit description"
            title="Edit description"
            onClick={() => {
              draft.value = record.description ?? '';
            }}
          >
            {record.description || <span class="tk-faint">Click to say what this model is.</span>}
          </button>
        )}
      </Section>
    );
  }
  return (
    <Section title="Description">
      <textarea
        ref={field}
        class="tk-description tk-description-field"
        aria-label="Description"
        aria-invalid={problem.value ? true : undefined}
        rows={4}
        value={draft.value}
        onInput={event => {
          draft.value = event.currentTarget.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            void keep();
          } else if (event.key === 'Escape' && draft.value === (record.description ?? '')) {
            event.stopPropagation();
            draft.value = null;
          }
        }}
      />
      <div class="tk-bar tk-bar-flush">
        <span class="tk-problem-inline" role="alert">
          {problem.value ?? (locked && PUBLISHED)}
        </span>
        <span class="tk-space" />
        <Button
          label="Cancel"
          class="tk-outlined"
          onClick={() => {
            draft.value = null;
          }}
        >
          Cancel
        </Button>
        <Button label="Save" icon={Pencil} class="tk-strong" onClick={() => void keep()} disabled={busy.value}>
          Save
        </Button>
      </div>
    </Section>
  );
}

function Snapshots({ record, source }: { record: ModelAnswer; source: Source }) {
  const rows = [...record.snapshots].reverse();
  return (
    <Section title="Snapshots" aside={<span class="tk-faint">{integer(rows.length)}</span>}>
      {rows.length === 0 ? (
        <Nothing>Each time the model is saved, its weights are listed here.</Nothing>
      ) : (
        <table class="tk-table" aria-label="Snapshots">
          <thead>
            <tr>
              <th class="tk-number">Iteration</th>
              <th>Location</th>
              <th class="tk-number">Size</th>
              <th class="tk-wide-only">Saved</th>
              <th aria-label="Download or copy" />
            </tr>
          </thead>
          <tbody>
            {rows.map((snapshot, index) => (
              <tr key={`${snapshot.time} ${index}`}>
                <td class="tk-number">{snapshot.iteration === null ? '–' : integer(snapshot.iteration)}</td>
                <td class="tk-mono">
                  {snapshot.uri}
                  {snapshot.missing && <span class="tk-problem-inline"> This file is gone.</span>}
                </td>
                <td class="tk-number">{bytes(snapshot.size)}</td>
                <td class="tk-wide-only">
                  <RelativeTime time={snapshot.time} />
                </td>
                <td class="tk-cell-tools">
                  <SnapshotTool record={record} snapshot={snapshot} source={source} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function SnapshotTool({ record, snapshot, source }: { record: ModelAnswer; snapshot: ModelSnapshot; source: Source }) {
  const { uri, hash, iteration, missing } = snapshot;
  const when = iteration === null ? '' : ` of iteration ${iteration}`;
  if (hash && !missing) {
    const name = fileName(`${record.name}-${record.version}`, iteration ?? '');
    return (
      <Button
        label={`Download the snapshot${when}`}
        icon={Download}
        onClick={() => downloadFile(source, record.id, hash, name)}
      />
    );
  }
  return <CopyButton text={uri ?? ''} label={`Copy the location${when}`} />;
}
