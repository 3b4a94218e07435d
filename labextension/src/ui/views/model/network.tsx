// The Network tab: the configuration, as a text to be searched, copied and, in a draft, edited and cleared.

import { useSignal } from '@preact/signals';
import { Pencil, Trash2 } from 'lucide';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import '../../styles/editors.css';
import { Button } from '../../parts/icon';
import { useSaving } from '../../parts/saving';
import { Empty, SkeletonRows } from '../../parts/states';
import { TextViewer } from '../../parts/textviewer';
import { Conflict } from '../../parts/twosides';
import type { ConfigType, ModelAnswer } from '../../protocol';
import type { Source } from '../../source';
import { checkConfig } from './checks';
import { type ModelTabProps, PUBLISHED } from './props';

/** A longer text is looked at when it is saved, not with every key. */
const LOOKED_AT = 300_000;
const TYPES: [ConfigType, string][] = [
  ['json', 'JSON'],
  ['yaml', 'YAML'],
  ['text', 'Text'],
];

export function NetworkTab({ source, record: live }: ModelTabProps) {
  const editing = useSignal(false);
  const clearing = useSignal(false);
  const record = live.value.value;
  const cleared = useSaving<string>(
    (_, seen) => source.edit('set_config', { id: record?.id ?? '', config: '', type: 'text', seen }),
    async () => '',
  );
  if (!record) {
    return live.late.value ? <SkeletonRows rows={8} /> : null;
  }
  if (editing.value) {
    return (
      <Editor
        source={source}
        record={record}
        onClose={saved => {
          editing.value = false;
          if (saved) {
            live.wake();
          }
        }}
      />
    );
  }
  const locked = record.status === 'published';
  const edit = () => {
    editing.value = true;
  };
  if (!record.config) {
    return (
      <Empty code='exp.save_model("net", "net.pt", config={"layers": 3})'>
        The configuration of the network appears here.
        {!locked && (
          <Button label="Edit" icon={Pencil} class="tk-outlined" onClick={edit}>
            Edit
          </Button>
        )}
      </Empty>
    );
  }
  const clear = async () => {
    if (await cleared.save('', record.config)) {
      live.wake();
    } else if (cleared.theirs.value !== null) {
      cleared.problem.value =
        'The configuration changed meanwhile; nothing was cleared. Look at it, then clear it again.';
      live.wake();
    }
    clearing.value = false;
  };
  const tools = locked ? (
    <span class="tk-faint" title={PUBLISHED}>
      Published: read-only
    </span>
  ) : (
    <>
      <Button label="Edit" icon={Pencil} onClick={edit} />
      <Button
        label="Clear"
        icon={Trash2}
        onClick={() => {
          clearing.value = true;
        }}
      />
    </>
  );
  return (
    <div class="tk-network">
      {cleared.problem.value && (
        <p class="tk-problem" role="alert">
          {cleared.problem.value}
        </p>
      )}
      {clearing.value && (
        <div class="tk-bar tk-confirm" role="alertdialog" aria-label="Clear the configuration">
          <span>Clear the configuration? It cannot be brought back.</span>
          <span class="tk-space" />
          <Button
            label="Cancel"
            class="tk-outlined"
            onClick={() => {
              clearing.value = false;
            }}
          >
            Cancel
          </Button>
          <Button
            label="Clear the configuration"
            class="tk-strong"
            onClick={() => void clear()}
            disabled={cleared.busy.value}
          >
            Clear
          </Button>
        </div>
      )}
      <TextViewer label="Configuration" text={record.config} tools={tools} />
    </div>
  );
}

interface EditorProps {
  source: Source;
  record: ModelAnswer;
  onClose: (saved: boolean) => void;
}

function Editor({ source, record, onClose }: EditorProps) {
  const { id } = record;
  const field = useRef<HTMLTextAreaElement>(null);
  const seen = useRef(record.config);
  const text = useSignal(record.config);
  const type = useSignal<ConfigType>(record.config ? record.config_type : 'json');
  const tried = useSignal(false);
  const leaving = useSignal(false);
  const saving = useSaving<string>(
    (config, before) => source.edit('set_config', { id, config, type: type.peek(), seen: before }),
    async () => (await source.read('model', { id })).config,
  );
  const looked = text.value.length <= LOOKED_AT || tried.value;
  const wrong = useMemo(() => (looked ? checkConfig(text.value, type.value) : null), [looked, text.value, type.value]);
  const problem = saving.problem.value ?? wrong;
  useLayoutEffect(() => field.current?.focus(), []);
  const save = async (before: string) => {
    tried.value = true;
    leaving.value = false;
    if (!checkConfig(text.value, type.value) && (await saving.save(text.value, before))) {
      onClose(true);
    }
  };
  const cancel = () => {
    if (text.value !== seen.current && !leaving.value) {
      leaving.value = true;
    } else {
      onClose(false);
    }
  };
  const theirs = saving.theirs.value;
  if (theirs !== null) {
    return (
      <Conflict
        what="configuration"
        mine={text.value}
        theirs={theirs}
        busy={saving.busy.value}
        onMine={() => void save(theirs)}
        onTheirs={() => {
          text.value = theirs;
          seen.current = theirs;
          saving.theirs.value = null;
        }}
      />
    );
  }
  const elsewhere = record.config !== seen.current;
  return (
    <form
      class="tk-editor"
      aria-label="Edit configuration"
      onSubmit={event => {
        event.preventDefault();
        void save(seen.current);
      }}
    >
      <div class="tk-bar">
        <label class="tk-label">
          Format
          <select
            class="tk-choice"
            value={type.value}
            onChange={event => {
              type.value = event.currentTarget.value as ConfigType;
              saving.problem.value = null;
            }}
          >
            {TYPES.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <span class="tk-faint tk-cut" role="status">
          {elsewhere && 'Someone else changed it since you began; saving shows both versions.'}
        </span>
      </div>
      <textarea
        ref={field}
        class="tk-editor-text"
        aria-label="Configuration"
        aria-invalid={problem ? true : undefined}
        aria-describedby="tk-config-problem"
        spellcheck={false}
        value={text.value}
        onInput={event => {
          text.value = event.currentTarget.value;
          saving.problem.value = null;
          tried.value = false;
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            cancel();
          } else if ((event.key === 's' || event.key === 'Enter') && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            void save(seen.current);
          }
        }}
      />
      <span id="tk-config-problem" class="tk-problem-inline" role="alert">
        {problem}
      </span>
      <div class="tk-bar">
        <span class="tk-space" />
        {leaving.value ? (
          <>
            <span role="alert">Discard what you changed?</span>
            <Button label="Discard" class="tk-outlined" onClick={() => onClose(false)}>
              Discard
            </Button>
            <Button
              label="Keep editing"
              class="tk-strong"
              onClick={() => {
                leaving.value = false;
              }}
            >
              Keep editing
            </Button>
          </>
        ) : (
          <>
            <Button label="Cancel" class="tk-outlined" onClick={cancel}>
              Cancel
            </Button>
            <button type="submit" class="tk-button tk-strong" title="Save (Ctrl+S)" disabled={saving.busy.value}>
              Save
            </button>
          </>
        )}
      </div>
    </form>
  );
}
