// What can be done with the chosen rows: tag, move, archive, delete, compare, copy.

import { useSignal } from '@preact/signals';
import { Archive, ArchiveRestore, FolderInput, GitCompareArrows, Tag, Trash2, Undo2, X } from 'lucide';
import { useRef } from 'preact/hooks';
import { Dialog } from '../parts/dialog';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import type { Edits, FieldsAnswer, TableRow } from '../protocol';
import type { Source } from '../source';
import type { Kind } from './kinds';
import { Popover } from './popover';

type Edit = 'add_tags' | 'move' | 'archive' | 'unarchive' | 'delete';

/** Edits under way at once. */
const ABREAST = 4;
const NAMED = 8;

interface ActionsProps {
  kind: Kind;
  source: Source;
  rows: TableRow[];
  archived: boolean;
  fields: FieldsAnswer | undefined;
  onCompare: (ids: string[]) => void;
  onDone: () => void;
  onClear: () => void;
}

interface Told {
  text: string;
  failed: string[];
  undo?: () => void;
}

export function Actions({ kind, source, rows, archived, fields, onCompare, onDone, onClear }: ActionsProps) {
  const told = useSignal<Told | null>(null);
  const busy = useSignal(false);
  const deleting = useSignal(false);
  const ids = rows.map(row => row.id);
  const run = async <N extends Edit>(operation: N, args: Omit<Edits[N], 'id'>, done: string, undo?: Edit) => {
    busy.value = true;
    const left = [...rows];
    const [failed, changed]: [string[], TableRow[]] = [[], []];
    const work = async () => {
      for (let row = left.shift(); row; row = left.shift()) {
        try {
          await source.edit(operation, { ...args, id: row.id } as Edits[N]);
          changed.push(row);
        } catch (reason) {
          failed.push(`${row.name}: ${reason instanceof Error ? reason.message : String(reason)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
    busy.value = false;
    const back = undo
      ? async () => {
          told.value = null;
          for (const row of changed) {
            await source.edit(undo, { id: row.id } as Edits[Edit]).catch(() => null);
          }
          onDone();
        }
      : undefined;
    told.value = {
      text: changed.length > 0 ? `${integer(changed.length)} ${done}` : '',
      failed,
      ...(back ? { undo: back } : {}),
    };
    onDone();
  };
  const count = rows.length;
  const none = count === 0 || busy.value;
  const removable = rows.filter(row => row.archived || row.status === 'draft').length;
  return (
    <>
      {count > 0 && (
        <div class="tk-actions" role="toolbar" aria-label={`Selected ${kind.many}`}>
          <span class="tk-number tk-strong-text" role="status">
            {integer(count)} selected
          </span>
          <Popover label="Add tag" icon={Tag} disabled={none} text={<span class="tk-wide-only">Add tag</span>}>
            {close => (
              <Ask
                label="New tag"
                button="Add"
                known={Object.keys(fields?.tags ?? {})}
                onAnswer={tag => {
                  close();
                  void run('add_tags', { tags: [tag] }, `tagged ${tag}`);
                }}
              />
            )}
          </Popover>
          <Popover label="Move" icon={FolderInput} disabled={none} text={<span class="tk-wide-only">Move</span>}>
            {close => (
              <Ask
                label="Project"
                button="Move"
                known={Object.keys(fields?.projects ?? {})}
                onAnswer={project => {
                  close();
                  void run('move', { project }, `moved to ${project}`);
                }}
              />
            )}
          </Popover>
          <Button
            label="Compare"
            icon={GitCompareArrows}
            disabled={none || count < 2 || count > kind.compared}
            onClick={() => onCompare(ids)}
          >
            <span class="tk-wide-only">Compare</span>
          </Button>
          <Button
            label={archived ? 'Restore' : 'Archive'}
            icon={archived ? ArchiveRestore : Archive}
            disabled={none}
            onClick={() =>
              void (archived
                ? run('unarchive', {}, 'restored', 'archive')
                : run('archive', {}, 'archived', 'unarchive'))
            }
          >
            <span class="tk-wide-only">{archived ? 'Restore' : 'Archive'}</span>
          </Button>
          <Button
            label="Delete"
            icon={Trash2}
            disabled={none || removable === 0}
            onClick={() => {
              deleting.value = true;
            }}
          >
            <span class="tk-wide-only">Delete</span>
          </Button>
          {removable === 0 && <span class="tk-spoken">Only archived {kind.many} and drafts can be deleted.</span>}
          <Button label="Clear selection" icon={X} shortcut="Esc" onClick={onClear} />
        </div>
      )}
      {told.value && (
        <div class="tk-told" role="status">
          {told.value.text && <span>{told.value.text}</span>}
          {told.value.failed.length > 0 && (
            <span class="tk-problem-inline" title={told.value.failed.join('\n')}>
              {integer(told.value.failed.length)} not: {told.value.failed[0]}
            </span>
          )}
          {told.value.undo && (
            <Button label="Undo" icon={Undo2} onClick={told.value.undo}>
              Undo
            </Button>
          )}
          <Button
            label="Dismiss"
            icon={X}
            onClick={() => {
              told.value = null;
            }}
          />
        </div>
      )}
      {deleting.value && (
        <Dialog
          title={`Delete ${removable === 1 ? `1 ${kind.one}` : `${integer(removable)} ${kind.many}`} for good?`}
          onClose={() => {
            deleting.value = false;
          }}
        >
          <div class="tk-confirm">
            <p>
              All that they hold is lost:{' '}
              {kind.type === 'model' ? 'weights, labels, curves' : 'curves, plots, samples, artifacts'}. This cannot be
              undone.
            </p>
            <ul>
              {rows
                .filter(row => row.archived || row.status === 'draft')
                .slice(0, NAMED)
                .map(row => (
                  <li key={row.id}>{row.name}</li>
                ))}
              {removable > NAMED && <li>and {integer(removable - NAMED)} more</li>}
            </ul>
            {removable < count && (
              <p>
                {integer(count - removable)} stay: only archived {kind.many} and drafts can be deleted.
              </p>
            )}
            <button
              type="button"
              class="tk-button tk-danger"
              onClick={() => {
                deleting.value = false;
                void run('delete', {}, 'deleted');
              }}
            >
              Delete
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

interface AskProps {
  label: string;
  button: string;
  known: string[];
  onAnswer: (text: string) => void;
}

/** One text, with those that are known to choose from. */
export function Ask({ label, button, known, onAnswer }: AskProps) {
  const field = useRef<HTMLInputElement>(null);
  const list = `tk-known-${label.toLowerCase().replace(/\W/g, '-')}`;
  const answer = () => {
    const text = field.current?.value.trim();
    if (text) {
      onAnswer(text);
    }
  };
  return (
    <form
      class="tk-ask"
      onSubmit={event => {
        event.preventDefault();
        answer();
      }}
    >
      <input
        ref={field}
        class="tk-input"
        aria-label={label}
        placeholder={label}
        list={list}
        maxLength={250}
        autocomplete="off"
      />
      <datalist id={list}>
        {known.slice(0, 500).map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button type="submit" class="tk-button tk-strong">
        {button}
      </button>
    </form>
  );
}
