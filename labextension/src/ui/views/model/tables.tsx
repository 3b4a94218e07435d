// The Labels and the Metadata tab: small tables, each with its editing window.

import { useSignal } from '@preact/signals';
import { Pencil } from 'lucide';
import type { ComponentChildren } from 'preact';
import { CopyButton } from '../../parts/copy';
import { integer } from '../../parts/format';
import { type Column, GridEditor, type Rows } from '../../parts/grideditor';
import { Button } from '../../parts/icon';
import { useSaving } from '../../parts/saving';
import { Search, useFilter } from '../../parts/search';
import { Empty, Nothing, SkeletonRows } from '../../parts/states';
import type { ModelAnswer } from '../../protocol';
import type { Source } from '../../source';
import { checkLabels, checkMetadata, labelRows, labelsJson, metadataJson, metadataRows } from './checks';
import { type ModelTabProps, PUBLISHED } from './props';

interface Kind {
  title: string;
  noun: string;
  columns: Column[];
  /** Of the table that is looked at. */
  heads: { name: string; numeric?: boolean; mono?: boolean }[];
  editedWhenPublished: boolean;
  narrow: boolean;
  empty: ComponentChildren;
  code: string;
  rows: (record: ModelAnswer) => string[][];
  check: (rows: readonly string[][]) => (string | null)[][];
  send: (source: Source, id: string, mine: string[][], seen: string) => Promise<unknown>;
  seen: (record: ModelAnswer) => string;
}

const LABELS: Kind = {
  title: 'Labels',
  noun: 'label',
  columns: [
    { name: 'Label', placeholder: 'Name of the class' },
    { name: 'ID', placeholder: 'Whole number', numeric: true },
  ],
  heads: [{ name: 'Label' }, { name: 'ID', numeric: true }],
  editedWhenPublished: false,
  narrow: true,
  empty: 'What the classes are called, and the number of each, appears here.',
  code: 'model.set_labels({"cat": 0, "dog": 1})',
  rows: record => labelRows(record.labels),
  check: checkLabels,
  send: (source, id, mine, seen) => source.edit('set_labels', { id, labels: labelsJson(mine), seen }),
  seen: record => JSON.stringify(record.labels),
};

const METADATA: Kind = {
  title: 'Metadata',
  noun: 'item',
  columns: [
    { name: 'Key', placeholder: 'Key' },
    { name: 'Type', placeholder: 'Type', first: 'str' },
    { name: 'Value', placeholder: 'Value' },
  ],
  heads: [{ name: 'Key' }, { name: 'Type' }, { name: 'Value', mono: true }],
  editedWhenPublished: true,
  narrow: false,
  empty: 'Keys and values that people or code attach to the model appear here.',
  code: 'model.set_metadata("dataset", "v2")',
  rows: record => metadataRows(record.metadata),
  check: checkMetadata,
  send: (source, id, mine, seen) => source.edit('set_metadata', { id, items: metadataJson(mine), seen }),
  seen: record => JSON.stringify(record.metadata),
};

export function LabelsTab(props: ModelTabProps) {
  return <TableTab kind={LABELS} {...props} />;
}

export function MetadataTab(props: ModelTabProps) {
  return <TableTab kind={METADATA} {...props} />;
}

function TableTab({ kind, source, record: live }: ModelTabProps & { kind: Kind }) {
  const editing = useSignal(false);
  const { text, matches } = useFilter();
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={6} /> : null;
  }
  const locked = record.status === 'published' && !kind.editedWhenPublished;
  const rows = kind.rows(record);
  const found = rows.filter(row => matches(...row));
  const edit = (
    <Button
      label="Edit"
      icon={Pencil}
      class="tk-outlined"
      onClick={() => {
        editing.value = true;
      }}
    >
      Edit
    </Button>
  );
  const close = () => {
    editing.value = false;
    live.wake();
  };
  return (
    <div class="tk-quiet-tools tk-fill">
      {editing.value && <Editing kind={kind} source={source} record={record} onClose={close} />}
      {rows.length === 0 ? (
        <Empty code={kind.code}>
          {kind.empty}
          {!locked && edit}
        </Empty>
      ) : (
        <>
          <div class="tk-bar">
            <Search text={text} />
            <span class="tk-faint tk-number">{integer(rows.length)}</span>
            <span class="tk-space" />
            <CopyButton text={() => rows.map(row => row.join('\t')).join('\n')} />
            {locked ? (
              <span class="tk-faint" title={PUBLISHED}>
                Published: read-only
              </span>
            ) : (
              edit
            )}
          </div>
          <table class={`tk-table ${kind.narrow ? 'tk-narrow' : ''}`} aria-label={kind.title}>
            <thead>
              <tr>
                {kind.heads.map(({ name, numeric }) => (
                  <th key={name} class={numeric ? 'tk-number' : ''}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.map(([first = '', ...others]) => (
                <tr key={first}>
                  <th scope="row">{first}</th>
                  {others.map((cell, at) => {
                    const { name = '', numeric, mono } = kind.heads[at + 1] ?? {};
                    return (
                      <td key={name} class={numeric ? 'tk-number' : mono ? 'tk-mono tk-pre' : ''}>
                        {cell}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          {found.length === 0 && <Nothing>Nothing matches “{text.value}”.</Nothing>}
        </>
      )}
    </div>
  );
}

interface EditingProps {
  kind: Kind;
  source: Source;
  record: ModelAnswer;
  onClose: () => void;
}

function Editing({ kind, source, record, onClose }: EditingProps) {
  const { id } = record;
  // Under the rows that are edited, what the store said: it is compared there.
  const known = useSignal(new Map([[JSON.stringify(kind.rows(record)), kind.seen(record)]]));
  const saving = useSaving<Rows>(
    (mine, seen) => {
      const before = known.peek().get(JSON.stringify(seen)) ?? '';
      return kind.send(
        source,
        id,
        mine.map(row => [...row]),
        before,
      );
    },
    async () => {
      const fresh = await source.read('model', { id });
      const rows = kind.rows(fresh);
      known.peek().set(JSON.stringify(rows), kind.seen(fresh));
      return rows;
    },
  );
  return (
    <GridEditor
      title={`Edit ${kind.title.toLowerCase()}`}
      noun={kind.noun}
      columns={kind.columns}
      rows={kind.rows(record)}
      check={kind.check}
      saving={saving}
      onClose={onClose}
    />
  );
}
