// Parameters or properties as rows: searched, told about, and edited one by one; of ten thousand those in sight are drawn.

import { useSignal } from '@preact/signals';
import { Pencil, Plus, Trash2 } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { CopyButton } from '../parts/copy';
import { EditField } from '../parts/editfield';
import { bytes } from '../parts/format';
import { Button } from '../parts/icon';
import { Search, useFilter } from '../parts/search';
import { Empty, Nothing } from '../parts/states';
import { useVirtual, windowOf } from '../parts/virtual';
import type { ExperimentAnswer, Parameter } from '../protocol';
import { type Source, SourceError, wordsOf } from '../source';

/** Longer values are shown by their beginning until they are opened. */
const SHOWN = 500;
const ROW_PX = 28;

interface ParametersProps {
  record: ExperimentAnswer;
  source: Source;
  /** Null: the user properties. */
  section: string | null;
  editable: boolean;
  tools: ComponentChildren;
  onChanged: () => void;
  /** A section was written to, which may be new. */
  onNamed: (section: string) => void;
}

/** What is read and changed: the same for properties and parameters. */
function accessOf({ source, record, section, onChanged, onNamed }: ParametersProps) {
  const { id } = record;
  const done = <T,>(promise: Promise<T>) =>
    promise.then(answer => {
      onChanged();
      return answer;
    });
  return {
    read: async (name: string) =>
      (
        await source.read(
          'text',
          section === null ? { id, part: 'property', name } : { id, part: 'hyperparameter', section, name },
        )
      ).text,
    set: (name: string, value: string, into = section) =>
      done(
        into === null
          ? source.edit('set_property', { id, name, value })
          : source.edit('set_hyperparameter', { id, section: into, name, value }),
      ).then(() => {
        if (into !== null && into !== section) {
          onNamed(into);
        }
      }),
    remove: (name: string) =>
      done(
        section === null
          ? source.edit('remove_properties', { id, names: [name] })
          : source.edit('remove_hyperparameters', { id, section, names: [name] }),
      ),
  };
}

type Access = ReturnType<typeof accessOf>;

export function Parameters(props: ParametersProps) {
  const { record, section, editable, tools } = props;
  const values = section === null ? record.properties : (record.hyperparameters[section] ?? {});
  const access = accessOf(props);
  const adding = useSignal(false);
  const { text, matches } = useFilter();
  const rows = useMemo(() => Object.entries(values), [values]);
  const found = rows.filter(([name, { value }]) => matches(name, value));
  const all = () => found.map(([name, { value }]) => `${name}\t${value ?? ''}`).join('\n');
  const label = section === null ? 'User properties' : `Hyperparameters ${section}`;
  const names = [{ label: 'Name', value: '' }];
  const add = async (value: string, ...named: string[]) => {
    const [name = '', into] = section === null ? named : [named[1], named[0]];
    const target = section === null ? values : (record.hyperparameters[into ?? ''] ?? {});
    if (Object.hasOwn(target, name)) {
      throw new SourceError('bad_value', `There is a ${name} already. Edit it, or take another name.`, 'name');
    }
    await access.set(name, value, section === null ? null : into);
  };
  return (
    <div class="tk-parameters">
      <div class="tk-bar">
        {rows.length > 0 && <Search text={text} placeholder="Search names and values" />}
        <span class="tk-space" />
        {tools}
        {rows.length > 0 && <CopyButton text={all} />}
        {editable && (
          <Button label="Add" icon={Plus} onClick={() => (adding.value = true)} disabled={adding.value}>
            Add
          </Button>
        )}
      </div>
      {adding.value && (
        <div class="tk-edit-box">
          <EditField
            label="Value"
            value=""
            names={section === null ? names : [{ label: 'Section', value: section }, ...names]}
            onSave={add}
            onClose={() => (adding.value = false)}
          />
        </div>
      )}
      {rows.length > 0 ? (
        <Table label={label} rows={found} access={access} editable={editable} />
      ) : (
        !adding.value && (
          <Empty
            code={section === null ? 'exp.set_properties(dataset="v2")' : 'track.start("name", config={"lr": 0.1})'}
          >
            {section === null
              ? 'Properties set by people or code appear here; until it is published they can be set at any time.'
              : 'The hyperparameters of the experiment appear here.'}
          </Empty>
        )
      )}
      {rows.length > 0 && found.length === 0 && <Nothing>Nothing matches “{text.value}”.</Nothing>}
    </div>
  );
}

interface TableProps {
  label: string;
  rows: [string, Parameter][];
  access: Access;
  editable: boolean;
}

function Table({ label, rows, access, editable }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({ count: rows.length, scroller, rowHeight: ROW_PX });
  const { indices, before, after } = windowOf(virtual, rows.length);
  return (
    <div ref={scroller} class="tk-parameters-scroll">
      <table class="tk-table" aria-label={label} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th>Name</th>
            <th>Value</th>
            <th class="tk-wide-only">Type</th>
            <th aria-label="Tools" />
          </tr>
        </thead>
        <tbody>
          <Gap height={before} />
          {indices.map(index => {
            const row = rows[index];
            return (
              row && (
                <ParameterRow
                  key={row[0]}
                  index={index}
                  name={row[0]}
                  parameter={row[1]}
                  access={access}
                  editable={editable}
                  measure={virtual.measure}
                />
              )
            );
          })}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  );
}

function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr class="tk-gap">
      <td colSpan={4} style={{ height: `${height}px` }} />
    </tr>
  ) : null;
}

interface RowProps {
  index: number;
  name: string;
  parameter: Parameter;
  access: Access;
  editable: boolean;
  measure: (row: HTMLElement | null) => void;
}

function ParameterRow({ index, name, parameter, access, editable, measure }: RowProps) {
  const editing = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const { value, type, length } = parameter;
  const attempt = (action: () => Promise<unknown>) => {
    problem.value = null;
    action().catch(reason => {
      problem.value = wordsOf(reason);
    });
  };
  const whole = () => (length === undefined ? Promise.resolve(value ?? '') : access.read(name));
  const edit = () =>
    attempt(async () => {
      editing.value = await whole();
    });
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} tabIndex={0} title={toldOf(name, parameter)}>
      <th scope="row" dir="auto">
        {name}
      </th>
      <td class="tk-mono tk-value">
        {editing.value !== null ? (
          <EditField
            label={`Value of ${name}`}
            value={editing.value}
            lines={editing.value.includes('\n') || editing.value.length > 200}
            onSave={text => access.set(name, text)}
            onClose={() => (editing.value = null)}
          />
        ) : (
          <Value parameter={parameter} read={whole} />
        )}
        {problem.value && <span class="tk-problem-inline"> {problem.value}</span>}
      </td>
      <td class="tk-wide-only tk-faint">{type}</td>
      <td class="tk-cell-tools">
        {editing.value === null && (
          <>
            <CopyButton text={whole} label={`Copy ${name}`} />
            {editable && (
              <>
                <Button label={`Edit ${name}`} icon={Pencil} onClick={edit} />
                <Button label={`Delete ${name}`} icon={Trash2} onClick={() => attempt(() => access.remove(name))} />
              </>
            )}
          </>
        )}
      </td>
    </tr>
  );
}

/** What is told of a parameter where a hand or the keyboard is; nothing of what it lacks. */
function toldOf(name: string, parameter: Parameter): string {
  const { type, description } = parameter;
  return [
    name,
    type && `Type: ${type}`,
    description && `Description: ${description}`,
    parameter.default !== null && parameter.default !== undefined && `Default: ${parameter.default}`,
  ]
    .filter(Boolean)
    .join('\n');
}

function Value({ parameter, read }: { parameter: Parameter; read: () => Promise<string> }) {
  const opened = useSignal<string | null>(null);
  const { value, length } = parameter;
  const changed = parameter.default !== null && parameter.default !== undefined && parameter.default !== value;
  if (value === null) {
    return <span class="tk-faint">None</span>;
  }
  if (opened.value !== null) {
    return (
      <textarea
        class="tk-textarea tk-tall"
        style={{ width: '100%' }}
        aria-label="Whole value"
        readOnly
        value={opened.value}
      />
    );
  }
  const size = length ?? value.length;
  return (
    <>
      <bdi>{value.slice(0, SHOWN)}</bdi>
      {size > SHOWN && (
        <>
          {'… '}
          <button
            type="button"
            class="tk-link"
            onClick={() => {
              read().then(
                text => (opened.value = text),
                () => undefined,
              );
            }}
          >
            Show all {bytes(size)}
          </button>
        </>
      )}
      {changed && <span class="tk-faint"> (default {parameter.default?.slice(0, SHOWN)})</span>}
    </>
  );
}
