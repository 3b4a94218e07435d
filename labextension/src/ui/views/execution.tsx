// The Execution tab: code, container, output, changes, cells and packages.

import { useSignal } from '@preact/signals';
import { Pencil } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useClock } from '../clock';
import { lit, useGoing } from '../clocktabs';
import '../styles/code.css';
import { CodeView, Colored } from '../parts/codeview';
import { CopyButton } from '../parts/copy';
import { EditField } from '../parts/editfield';
import { type Fact, Facts, Section } from '../parts/facts';
import { integer } from '../parts/format';
import { linesOf } from '../parts/highlight';
import { Button } from '../parts/icon';
import type { LiveRead } from '../parts/live';
import { Search, useFilter } from '../parts/search';
import { Nothing, SkeletonRows } from '../parts/states';
import { useVirtual, windowOf } from '../parts/virtual';
import type { Cell, Edits, Execution, ExperimentAnswer } from '../protocol';
import type { Source } from '../source';

const LEVELS = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG', 'NOTSET'];
const PAGE_ADDRESS = /^https?:\/\//i;
/** So many cells are drawn at first; nobody misses the others until they ask. */
const CELLS = 200;

type Field = keyof Omit<Edits['set_execution'], 'id'>;

export function ExecutionTab({ record: live, source }: { record: LiveRead<ExperimentAnswer>; source: Source }) {
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={8} /> : null;
  }
  const { execution, id } = record;
  const edited = (label: string, field: Field, value: string | null | undefined, choices?: string[]): Fact => {
    if (record.status !== 'draft') {
      return fact(label, value);
    }
    const save = async (text: string) => {
      await source.edit('set_execution', { id, [field]: text });
      live.restart();
    };
    return { name: label, value: <Editable label={label} value={value ?? ''} choices={choices} onSave={save} /> };
  };
  const { container } = execution;
  return (
    <div class="tk-page">
      <div class="tk-columns">
        <Section title="Source code">
          <Facts label="Source code" facts={sourceCode(execution)} />
        </Section>
        <div>
          <Section title="Container">
            <Facts
              label="Container"
              facts={[
                edited('Image', 'image', container?.image),
                edited('Arguments', 'arguments', container?.arguments),
                edited('Setup script', 'setup', container?.setup),
              ]}
            />
          </Section>
          <Section title="Output">
            <Facts
              label="Output"
              facts={[
                edited('Output destination', 'output_uri', execution.output_uri),
                edited('Log level', 'log_level', execution.log_level, LEVELS),
              ]}
            />
          </Section>
        </div>
      </div>
      <Diff execution={execution} load={async () => (await source.read('text', { id, part: 'diff' })).text} />
      <Cells cells={execution.cells ?? []} />
      <Packages packages={execution.packages ?? {}} />
    </div>
  );
}

interface EditableProps {
  label: string;
  value: string;
  choices?: string[] | undefined;
  onSave: (text: string) => Promise<void>;
}

function Editable({ label, value, choices, onSave }: EditableProps) {
  const editing = useSignal(false);
  if (editing.value) {
    const lines = label === 'Setup script';
    const own = choices ? { choices } : {};
    return (
      <EditField
        label={label}
        value={value}
        lines={lines}
        {...own}
        onSave={onSave}
        onClose={() => (editing.value = false)}
      />
    );
  }
  return (
    <span class="tk-editable">
      {value ? <span class="tk-mono tk-pre">{value}</span> : <span class="tk-faint">None</span>}
      <Button label={`Edit ${label.toLowerCase()}`} icon={Pencil} onClick={() => (editing.value = true)} />
    </span>
  );
}

function fact(name: string, value: string | null | undefined, shown?: ComponentChildren): Fact {
  return { name, value: shown ?? (value ? <span class="tk-mono tk-pre">{value}</span> : null), copy: value ?? null };
}

function sourceCode(execution: Execution): Fact[] {
  const { repository, repository_note: note } = execution;
  const why = note ? <span class="tk-faint">{note.charAt(0).toUpperCase() + note.slice(1)}</span> : undefined;
  const link =
    repository && PAGE_ADDRESS.test(repository) ? (
      <a class="tk-mono" href={repository} target="_blank" rel="noopener noreferrer">
        {repository}
      </a>
    ) : undefined;
  return [
    fact('Repository', repository, link ?? (repository ? undefined : why)),
    fact('Branch', execution.branch),
    fact('Commit ID', execution.commit, execution.commit ? undefined : why),
    fact('Script path', execution.script),
    fact('Working directory', execution.working_dir),
  ];
}

function Diff({ execution, load }: { execution: Execution; load: () => Promise<string> }) {
  const { diff, commit, repository_note: note, diff_length: length } = execution;
  return (
    <Section title="Uncommitted changes">
      {diff ? (
        <>
          {note?.includes('cut') && <p class="tk-cut-note">Recorded in part: {note}.</p>}
          <CodeView label="Changes" text={diff} kind={change} length={length} load={load} />
        </>
      ) : (
        <Nothing>
          {note ? `Not recorded: ${note}` : commit ? 'Nothing was changed since the commit.' : 'Not recorded.'}
        </Nothing>
      )}
    </Section>
  );
}

function change(line: string): string | undefined {
  if (line.startsWith('@@')) {
    return 'place';
  }
  if (/^(diff |index |new file |deleted file |similarity |rename |\+\+\+ |--- )/.test(line)) {
    return 'head';
  }
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
}

function Cells({ cells }: { cells: Cell[] }) {
  const all = useSignal(false);
  const clock = useClock();
  const place = useRef<HTMLDivElement>(null);
  useGoing(undefined, ({ cells: [first, stop] }) => {
    all.value ||= stop > CELLS;
    requestAnimationFrame(() => place.current?.children[first]?.scrollIntoView({ block: 'nearest' }));
  });
  if (cells.length === 0) {
    return null;
  }
  const shown = all.value ? cells : cells.slice(0, CELLS);
  return (
    <Section
      title="Executed cells"
      aside={<CopyButton text={() => cells.map(cell => cell.code).join('\n\n')} label="Copy all cells" />}
    >
      <div ref={place}>
        {shown.map((cell, index) => (
          <div key={index} class="tk-cell" data-lit={lit(clock, 'cells', index)}>
            <span class="tk-cell-number tk-number">[{cell.number ?? ' '}]</span>
            <pre class="tk-code">
              {linesOf(cell.code, 'python').map((line, number) => (
                <span key={number}>
                  <Colored tokens={line} />
                  {'\n'}
                </span>
              ))}
            </pre>
            <CopyButton text={cell.code} label={`Copy cell ${cell.number ?? index + 1}`} />
          </div>
        ))}
      </div>
      {shown.length < cells.length && (
        <button type="button" class="tk-link" onClick={() => (all.value = true)}>
          Show all {integer(cells.length)} cells
        </button>
      )}
    </Section>
  );
}

function Packages({ packages }: { packages: Record<string, string | null> }) {
  const { text, matches } = useFilter();
  const all = Object.entries(packages);
  const found = all.filter(([name, version]) => matches(name, version));
  const requirements = () => found.map(([name, version]) => (version ? `${name}==${version}` : name)).join('\n');
  const tools = all.length > 0 && (
    <>
      <span class="tk-faint">{integer(all.length)}</span>
      <span class="tk-space" />
      <Search text={text} placeholder="Search packages" />
      <CopyButton text={requirements} label="Copy packages" />
    </>
  );
  return (
    <Section title="Installed packages" aside={tools}>
      {all.length === 0 ? (
        <Nothing>Not recorded: the experiment was started without capturing its environment.</Nothing>
      ) : (
        <PackageTable found={found} text={text.value} />
      )}
    </Section>
  );
}

const PACKAGE_PX = 24;

function PackageTable({ found, text }: { found: [string, string | null][]; text: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({ count: found.length, scroller, rowHeight: PACKAGE_PX });
  const { indices, before, after } = windowOf(virtual, found.length);
  return (
    <div ref={scroller} class="tk-packages">
      <table class="tk-table tk-compact" aria-label="Installed packages" aria-rowcount={found.length + 1}>
        <thead>
          <tr>
            <th>Package</th>
            <th>Version</th>
          </tr>
        </thead>
        <tbody>
          <tr class="tk-gap" style={{ height: `${before}px` }} />
          {indices.map(index => {
            const [name, version] = found[index] ?? ['', null];
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="tk-mono">{version ?? <span class="tk-faint">unknown</span>}</td>
              </tr>
            );
          })}
          <tr class="tk-gap" style={{ height: `${after}px` }} />
        </tbody>
      </table>
      {found.length === 0 && <Nothing>No package matches “{text}”.</Nothing>}
    </div>
  );
}
