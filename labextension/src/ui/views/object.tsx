// A configuration object: its text, coloured, searched, copied, and edited in a draft.

import { useSignal } from '@preact/signals';
import { Pencil, Plus, Trash2 } from 'lucide';
import type { ComponentChildren } from 'preact';
import { CodeView } from '../parts/codeview';
import { EditField } from '../parts/editfield';
import { languageOf } from '../parts/highlight';
import { Button } from '../parts/icon';
import { Empty } from '../parts/states';
import type { ExperimentAnswer } from '../protocol';
import { type Source, SourceError, wordsOf } from '../source';

interface ObjectTextProps {
  record: ExperimentAnswer;
  source: Source;
  name: string;
  editable: boolean;
  tools: ComponentChildren;
  onChanged: () => void;
  onNamed: (name: string) => void;
}

export function ObjectText({ record, source, name, editable, tools, onChanged, onNamed }: ObjectTextProps) {
  const editing = useSignal<string | null>(null);
  const adding = useSignal(false);
  const problem = useSignal<string | null>(null);
  const { id } = record;
  const object = record.configuration[name];
  const load = async () => (await source.read('text', { id, part: 'configuration', name })).text;
  const attempt = (action: () => Promise<unknown>) => {
    problem.value = null;
    action().catch(reason => {
      problem.value = wordsOf(reason);
    });
  };
  const edit = () =>
    attempt(async () => {
      editing.value = object?.length === undefined ? (object?.value ?? '') : await load();
    });
  const save = async (text: string, named = name) => {
    if (named !== name && Object.hasOwn(record.configuration, named)) {
      throw new SourceError('bad_value', `There is an object ${named} already. Edit it, or take another name.`, 'name');
    }
    await source.edit('set_configuration', { id, name: named, text });
    onChanged();
    onNamed(named);
  };
  const remove = async () => {
    await source.edit('remove_configuration', { id, names: [name] });
    onChanged();
  };
  const all = (
    <>
      {problem.value && <span class="tk-problem-inline">{problem.value}</span>}
      {tools}
      {editable && object && (
        <>
          <Button label="Edit" icon={Pencil} onClick={edit}>
            Edit
          </Button>
          <Button label={`Delete ${name}`} icon={Trash2} onClick={() => attempt(remove)} />
        </>
      )}
      {editable && (
        <Button label="Add" icon={Plus} onClick={() => (adding.value = true)}>
          Add
        </Button>
      )}
    </>
  );
  if (adding.value || editing.value !== null) {
    return (
      <div class="tk-edit-box">
        <EditField
          key={adding.value ? 'new' : name}
          label={adding.value ? 'Text' : `Text of ${name}`}
          value={adding.value ? '' : (editing.value ?? '')}
          lines
          tall
          names={adding.value ? [{ label: 'Name', value: object ? '' : name }] : []}
          onSave={(text, named) => save(text, named)}
          onClose={() => {
            adding.value = false;
            editing.value = null;
          }}
        />
      </div>
    );
  }
  if (!object) {
    return (
      <>
        <div class="tk-bar">
          <span class="tk-space" />
          {all}
        </div>
        <Empty code='exp.connect_configuration("config.yaml")'>
          Whole configurations, as a file or a dictionary, appear here.
        </Empty>
      </>
    );
  }
  const text = object.value ?? '';
  return (
    <CodeView
      label={name}
      text={text}
      language={languageOf(object.type, text)}
      length={object.length}
      load={load}
      head={
        <>
          {object.type && <span class="tk-badge">{object.type}</span>}
          {object.description && (
            <span class="tk-faint tk-cut" title={object.description}>
              {object.description}
            </span>
          )}
        </>
      }
      tools={all}
    />
  );
}
