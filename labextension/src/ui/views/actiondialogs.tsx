// The windows in which an action asks for a text, or whether it is really meant.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { CopyButton } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import type { ExperimentAnswer } from '../protocol';
import { type Edited, type Source, wordsOf } from '../source';
import type { ActionName } from './rules';
import '../styles/sharing.css';

/** What is told of whatever an action is about. */
export type Named = Pick<ExperimentAnswer, 'id' | 'name' | 'project' | 'description'> &
  Partial<Pick<ExperimentAnswer, 'execution'>>;

interface AskingProps {
  source: Source;
  record: Named;
  /** Told that it was done, and the id of what it made. */
  onDone: (made: string | undefined) => void;
  onClose: () => void;
}

interface ActionDialogProps extends AskingProps {
  action: ActionName;
  /** What is asked in other words than of an experiment. */
  questions?: Partial<Record<ActionName, Question>>;
}

export interface Field {
  title: string;
  label: string;
  save: string;
  lines?: true;
  hint?: string;
  first: (record: Named) => string;
  send: (source: Source, id: string, text: string) => Promise<Edited>;
}

/** What is written about anything that has a name and a project. */
export const TEXTS: Record<'rename' | 'describe' | 'move', Field> = {
  rename: {
    title: 'Rename',
    label: 'Name',
    save: 'Save',
    first: record => record.name,
    send: (source, id, name) => source.edit('rename', { id, name: name.trim() }),
  },
  describe: {
    title: 'Describe',
    label: 'Description',
    save: 'Save',
    lines: true,
    first: record => record.description ?? '',
    send: (source, id, text) => source.edit('describe', { id, text }),
  },
  move: {
    title: 'Move to project',
    label: 'Project',
    save: 'Save',
    hint: 'A slash nests projects; a project that does not exist is made.',
    first: record => record.project ?? '',
    send: (source, id, project) => source.edit('move', { id, project: project.trim() }),
  },
};

const FIELDS: Partial<Record<ActionName, Field>> = {
  ...TEXTS,
  tag: {
    title: 'Add tag',
    label: 'Tag',
    save: 'Save',
    first: () => '',
    send: (source, id, tag) => source.edit('add_tags', { id, tags: [tag.trim()] }),
  },
  clone: {
    title: 'Clone',
    label: 'Name of the clone',
    save: 'Save',
    hint: 'A draft with its parameters, configuration and code, without what it made.',
    first: record => `${record.name} (clone)`,
    send: (source, id, name) => source.edit('clone', { id, name: name.trim() }),
  },
};

export interface Question {
  title: string;
  verb: string;
  danger?: true;
  text: (record: Named) => ComponentChildren;
  send: (source: Source, id: string) => Promise<Edited>;
}

const QUESTIONS: Partial<Record<ActionName, Question>> = {
  run: {
    title: 'Run',
    verb: 'Run',
    text: record => (
      <>
        The {codeOf(record)} is executed in a process of its own, with the parameters of <bdi>{record.name}</bdi>, as it
        lies there now. The draft becomes the experiment that runs.
      </>
    ),
    send: (source, id) => source.edit('run', { id }),
  },
  publish: {
    title: 'Publish',
    verb: 'Publish',
    text: record => (
      <>
        <bdi>{record.name}</bdi> is locked for good: its parameters, configuration, artifacts and properties cannot be
        changed any more. Name, project, tags and archive can.
      </>
    ),
    send: (source, id) => source.edit('publish', { id }),
  },
  stop: {
    title: 'Stop',
    verb: 'Stop',
    text: record => (
      <>
        <bdi>{record.name}</bdi> ends at its next log, and is completed then: what it has logged stays. One that hangs
        and logs nothing any more can be aborted.
      </>
    ),
    send: (source, id) => source.edit('stop', { id }),
  },
  abort: {
    title: 'Abort',
    verb: 'Abort',
    text: record => (
      <>
        <bdi>{record.name}</bdi> is marked as aborted, and what it has logged stays. Its code is not ended by that:
        where it still logs, Stop ends both.
      </>
    ),
    send: (source, id) => source.edit('abort', { id }),
  },
  reset: {
    title: 'Reset',
    verb: 'Reset',
    danger: true,
    text: record => (
      <>
        What <bdi>{record.name}</bdi> made is lost for good: its scalars, plots, debug samples, console, artifacts and
        output models. Parameters, configuration and code stay, and it is a draft again.
      </>
    ),
    send: (source, id) => source.edit('reset', { id }),
  },
  delete: {
    title: 'Delete',
    verb: 'Delete',
    danger: true,
    text: record => (
      <>
        <bdi>{record.name}</bdi> is deleted for good, with all that was recorded of it.
      </>
    ),
    send: (source, id) => source.edit('delete', { id }),
  },
};

/** What a draft runs, in words. */
function codeOf({ execution }: Named): ComponentChildren {
  const { script, cells } = execution ?? {};
  if (!script) {
    return cells?.length ? 'recorded cells' : 'recorded code';
  }
  return (
    <>
      {script.endsWith('.ipynb') ? 'notebook' : 'script'} <code>{script.split(/[\\/]/).pop()}</code>
    </>
  );
}

export function ActionDialog(props: ActionDialogProps) {
  const field = FIELDS[props.action];
  const question = props.questions?.[props.action] ?? QUESTIONS[props.action];
  if (field) {
    return <TextDialog {...props} field={field} />;
  }
  return question ? <Confirmation {...props} question={question} /> : <ShareDialog {...props} />;
}

/** Sends, and keeps in words what was refused. */
function useSending({ onDone }: Pick<AskingProps, 'onDone'>) {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const send = async (act: () => Promise<Edited>) => {
    if (busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    try {
      const { id: made } = await act();
      onDone(made);
    } catch (reason) {
      problem.value = wordsOf(reason);
    }
    busy.value = false;
  };
  return { busy, problem, send };
}

export function TextDialog({ source, record, onDone, onClose, field }: AskingProps & { field: Field }) {
  const id = useId();
  const text = useSignal(field.first(record));
  const { busy, problem, send } = useSending({ onDone });
  const box = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const save = () => void send(() => field.send(source, record.id, text.peek()));
  const common = {
    ref: box,
    id: `${id}-field`,
    class: 'tk-input',
    dir: 'auto' as const,
    value: text.value,
    spellcheck: field.lines === true,
    'aria-invalid': problem.value !== null,
    'aria-describedby': `${id}-note`,
    onInput: (event: { currentTarget: { value: string } }) => {
      text.value = event.currentTarget.value;
      problem.value = null;
    },
  };
  return (
    <Dialog
      title={field.title}
      class="tk-form-window"
      onClose={onClose}
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          save();
        }
      }}
    >
      <form
        onSubmit={event => {
          event.preventDefault();
          save();
        }}
      >
        <div class="tk-form">
          <label class="tk-form-field" for={`${id}-field`}>
            {field.label}
            {field.lines ? <textarea {...common} /> : <input type="text" autocomplete="off" {...common} />}
          </label>
          <p
            id={`${id}-note`}
            class={problem.value ? 'tk-field-problem' : 'tk-faint'}
            role={problem.value ? 'alert' : undefined}
          >
            {problem.value ?? field.hint}
          </p>
        </div>
        <div class="tk-form-foot">
          <button type="submit" class="tk-button tk-strong" disabled={busy.value}>
            {field.save}
          </button>
          <button type="button" class="tk-button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function Confirmation({ source, record, onDone, onClose, question }: AskingProps & { question: Question }) {
  const { busy, problem, send } = useSending({ onDone });
  const cancel = useRef<HTMLButtonElement>(null);
  // What cannot be undone is not what Enter does.
  useLayoutEffect(() => cancel.current?.focus(), []);
  return (
    <Dialog title={question.title} class="tk-form-window" onClose={onClose}>
      <div class="tk-form">
        <p>{question.text(record)}</p>
        {problem.value && (
          <p class="tk-field-problem" role="alert">
            {problem.value}
          </p>
        )}
      </div>
      <div class="tk-form-foot">
        <button
          type="button"
          class={question.danger ? 'tk-button tk-danger' : 'tk-button tk-strong'}
          disabled={busy.value}
          onClick={() => void send(() => question.send(source, record.id))}
        >
          {question.verb}
        </button>
        <button ref={cancel} type="button" class="tk-button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

function ShareDialog({ source, record, onClose }: AskingProps) {
  const query = new URLSearchParams({ type: 'experiment', objects: record.id });
  const link = source.pageUrl?.(query);
  const lines: [string, string][] = [
    ...(link ? ([['Link, for who can sign in to this server', link]] as [string, string][]) : []),
    ['In a notebook', `%embed ${record.id} --type experiment`],
    ['In Python', `track.open_store().experiment("${record.id}")`],
  ];
  return (
    <Dialog title="Share" class="tk-form-window" onClose={onClose}>
      <div class="tk-form">
        {lines.map(([label, text]) => (
          <div key={label} class="tk-form-field">
            <span>{label}</span>
            <span class="tk-share-line">
              <code>{text}</code>
              <CopyButton text={text} label={`Copy: ${label}`} />
            </span>
          </div>
        ))}
      </div>
      <div class="tk-form-foot">
        <button type="button" class="tk-button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
