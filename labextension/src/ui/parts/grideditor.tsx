// The editing window of a small table: rows are added, changed and removed; what is wrong stands beside its field.

import { type ReadonlySignal, type Signal, signal, useComputed, useSignal } from '@preact/signals';
import { Plus, Trash2 } from 'lucide';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import '../styles/editors.css';
import { Dialog } from './dialog';
import { integer } from './format';
import { Button, Icon } from './icon';
import type { Saving } from './saving';
import { Conflict } from './twosides';

export interface Column {
  name: string;
  placeholder?: string;
  numeric?: boolean;
  /** What a new row has there. */
  first?: string;
}

export type Rows = readonly (readonly string[])[];

interface GridProps {
  title: string;
  /** One row: label, item. */
  noun: string;
  columns: Column[];
  rows: Rows;
  /** What is wrong with each cell of each row; null where nothing is. */
  check: (rows: string[][]) => (string | null)[][];
  saving: Saving<Rows>;
  onClose: () => void;
}

interface Row {
  key: number;
  cells: Signal<string>[];
}

let made = 0;

function rowOf(cells: readonly string[]): Row {
  made += 1;
  return { key: made, cells: cells.map(cell => signal(cell)) };
}

const textOf = (rows: Rows) => rows.map(row => row.join('  ')).join('\n');

export function GridEditor({ title, noun, columns, rows: given, check, saving, onClose }: GridProps) {
  const rows = useSignal<Row[]>(useMemo(() => given.map(rowOf), []));
  const seen = useRef(given);
  const tried = useSignal(false);
  const leaving = useSignal(false);
  const body = useRef<HTMLTableSectionElement>(null);
  // A row that was added and left as it came is none.
  const values = useComputed(() =>
    rows.value.map(row => {
      const cells = row.cells.map(cell => cell.value);
      return cells.every((cell, at) => !cell.trim() || cell === columns[at]?.first) ? cells.map(() => '') : cells;
    }),
  );
  const problems = useComputed(() => {
    const found = check(values.value);
    return new Map(rows.value.map((row, index) => [row.key, found[index] ?? []]));
  });
  const width = columns.length;
  useEffect(() => {
    if (rows.peek().length === 0) {
      add(false);
    }
  }, []);
  const add = (focus = true) => {
    rows.value = [...rows.value, rowOf(columns.map(column => column.first ?? ''))];
    if (focus) {
      requestAnimationFrame(() => body.current?.querySelector<HTMLInputElement>('tr:last-of-type input')?.focus());
    }
  };
  const filled = () => values.peek().filter(row => row.some(cell => cell.trim()));
  const dirty = () => JSON.stringify(filled()) !== JSON.stringify(seen.current);
  const close = () => {
    if (dirty() && !leaving.value) {
      leaving.value = true;
    } else {
      onClose();
    }
  };
  const save = async (before: Rows) => {
    tried.value = true;
    leaving.value = false;
    if ([...problems.peek().values()].some(row => row.some(Boolean))) {
      requestAnimationFrame(() => body.current?.querySelector<HTMLInputElement>('[aria-invalid=true]')?.focus());
      return;
    }
    if (await saving.save(filled(), before)) {
      onClose();
    }
  };
  const takeTheirs = (theirs: Rows) => {
    rows.value = theirs.map(rowOf);
    seen.current = theirs;
    saving.theirs.value = null;
  };
  const remove = (key: number) => {
    rows.value = rows.value.filter(row => row.key !== key);
  };
  const theirs = saving.theirs.value;
  const wrong = useComputed(() => [...problems.value.values()].filter(row => row.some(Boolean)).length);
  return (
    <Dialog title={title} class="tk-dialog-small" onClose={close}>
      {theirs ? (
        <Conflict
          what={title.replace(/^Edit /, '')}
          mine={textOf(filled())}
          theirs={textOf(theirs)}
          busy={saving.busy.value}
          onMine={() => void save(theirs)}
          onTheirs={() => takeTheirs(theirs)}
        />
      ) : (
        <form
          class="tk-grid-editor"
          onSubmit={event => {
            event.preventDefault();
            void save(seen.current);
          }}
        >
          <div class="tk-grid-scroll">
            <table class="tk-table" aria-label={title}>
              <thead>
                <tr>
                  {columns.map(({ name }) => (
                    <th key={name}>{name}</th>
                  ))}
                  <th aria-label="Remove" />
                </tr>
              </thead>
              <tbody ref={body}>
                {rows.value.map(row => (
                  <GridRow
                    key={row.key}
                    row={row}
                    noun={noun}
                    columns={columns}
                    problems={problems}
                    tried={tried}
                    onRemove={() => remove(row.key)}
                  />
                ))}
              </tbody>
              <tfoot>
                <tr>
                  <td colSpan={width + 1}>
                    <button type="button" class="tk-button" onClick={() => add()}>
                      <Icon of={Plus} />
                      Add {noun}
                    </button>
                  </td>
                </tr>
              </tfoot>
            </table>
          </div>
          <div class="tk-bar tk-dialog-foot">
            <Told saving={saving} wrong={tried.value ? wrong.value : 0} />
            <span class="tk-space" />
            {leaving.value ? (
              <>
                <span role="alert">Discard what you changed?</span>
                <Button label="Discard" class="tk-outlined" onClick={onClose}>
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
                <Button label="Cancel" class="tk-outlined" onClick={close}>
                  Cancel
                </Button>
                <button type="submit" class="tk-button tk-strong" disabled={saving.busy.value}>
                  Save
                </button>
              </>
            )}
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Told({ saving, wrong }: { saving: Saving<Rows>; wrong: number }) {
  const text =
    saving.problem.value ?? (wrong > 0 ? `${integer(wrong)} ${wrong === 1 ? 'row needs' : 'rows need'} a look.` : '');
  return (
    <span class="tk-problem-inline" role="alert">
      {text}
    </span>
  );
}

interface GridRowProps {
  row: Row;
  noun: string;
  columns: Column[];
  problems: ReadonlySignal<Map<number, (string | null)[]>>;
  tried: Signal<boolean>;
  onRemove: () => void;
}

function GridRow({ row, noun, columns, problems, tried, onRemove }: GridRowProps) {
  // As text, so that a row is drawn again only when its own problems change.
  const own = useComputed(() => (problems.value.get(row.key) ?? []).map(problem => problem ?? '').join('\n'));
  const told = own.value.split('\n');
  const name = row.cells[0]?.value.trim();
  return (
    <tr>
      {columns.map((column, at) => {
        const cell = row.cells[at] as Signal<string>;
        // An empty field is no mistake while the row is being written.
        const problem = cell.value.trim() || tried.value ? told[at] : '';
        const id = `tk-cell-${row.key}-${at}`;
        return (
          <td key={column.name}>
            <input
              class={`tk-input ${column.numeric ? 'tk-number' : ''}`}
              aria-label={column.name}
              aria-invalid={problem ? true : undefined}
              aria-describedby={problem ? id : undefined}
              placeholder={column.placeholder}
              inputMode={column.numeric ? 'numeric' : undefined}
              spellcheck={false}
              value={cell.value}
              onInput={event => {
                cell.value = event.currentTarget.value;
              }}
            />
            {problem && (
              <span id={id} class="tk-problem-inline">
                {problem}
              </span>
            )}
          </td>
        );
      })}
      <td class="tk-cell-tools tk-always">
        <Button label={name ? `Remove ${noun} ${name}` : `Remove ${noun}`} icon={Trash2} onClick={onRemove} />
      </td>
    </tr>
  );
}
