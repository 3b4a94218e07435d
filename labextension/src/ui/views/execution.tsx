// The Execution tab: code, container, output, changes and packages.

import { CopyButton } from '../parts/copy';
import { type Fact, Facts, Section } from '../parts/facts';
import { integer } from '../parts/format';
import type { LiveRead } from '../parts/live';
import { Search, useFilter } from '../parts/search';
import { Nothing, SkeletonRows } from '../parts/states';
import type { Cell, Execution, ExperimentAnswer } from '../protocol';

export function ExecutionTab({ record: live }: { record: LiveRead<ExperimentAnswer> }) {
  const record = live.value.value;
  if (!record) {
    return live.late.value ? <SkeletonRows rows={8} /> : null;
  }
  const { execution } = record;
  return (
    <div class="tk-page">
      <div class="tk-columns">
        <Section title="Source code">
          <Facts label="Source code" facts={sourceCode(execution)} />
        </Section>
        <div>
          <Section title="Container">
            <Facts label="Container" facts={container(execution)} />
          </Section>
          <Section title="Output">
            <Facts
              label="Output"
              facts={[fact('Output destination', execution.output_uri), fact('Log level', execution.log_level)]}
            />
          </Section>
        </div>
      </div>
      <Diff execution={execution} />
      <Cells cells={execution.cells ?? []} />
      <Packages packages={execution.packages ?? {}} />
    </div>
  );
}

function fact(name: string, value: string | null | undefined): Fact {
  return { name, value: value ? <span class="tk-mono">{value}</span> : null, copy: value ?? null };
}

function sourceCode(execution: Execution): Fact[] {
  return [
    fact('Repository', execution.repository),
    fact('Branch', execution.branch),
    fact('Commit ID', execution.commit),
    fact('Script path', execution.script),
    fact('Working directory', execution.working_dir),
  ];
}

function container({ container }: Execution): Fact[] {
  return [
    fact('Image', container?.image),
    fact('Arguments', container?.arguments),
    fact('Setup script', container?.setup),
  ];
}

function Diff({ execution: { diff, commit, repository_note: note } }: { execution: Execution }) {
  const lines = diff?.replace(/\n$/, '').split('\n') ?? [];
  return (
    <Section title="Uncommitted changes" aside={diff && <CopyButton text={diff} />}>
      {diff ? (
        <pre class="tk-code tk-diff">
          {lines.map((line, index) => (
            <span key={index} data-change={change(line)}>
              {`${line}\n`}
            </span>
          ))}
        </pre>
      ) : (
        <Nothing>
          {note ? `Not recorded: ${note}` : commit ? 'Nothing was changed since the commit.' : 'Not recorded.'}
        </Nothing>
      )}
    </Section>
  );
}

function change(line: string): string | undefined {
  if (/^(diff |index |\+\+\+|---|@@)/.test(line)) {
    return 'head';
  }
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
}

function Cells({ cells }: { cells: Cell[] }) {
  if (cells.length === 0) {
    return null;
  }
  return (
    <Section title="Executed cells" aside={<CopyButton text={() => cells.map(cell => cell.code).join('\n\n')} />}>
      {cells.map((cell, index) => (
        <div key={index} class="tk-cell">
          <span class="tk-cell-number tk-number">[{cell.number ?? ' '}]</span>
          <pre class="tk-code">{cell.code}</pre>
        </div>
      ))}
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
      <CopyButton text={requirements} />
    </>
  );
  return (
    <Section title="Installed packages" aside={tools}>
      {all.length === 0 ? (
        <Nothing>Not recorded: the experiment was started without capturing its environment.</Nothing>
      ) : (
        <div class="tk-packages">
          <table class="tk-table tk-compact" aria-label="Installed packages">
            <thead>
              <tr>
                <th>Package</th>
                <th>Version</th>
              </tr>
            </thead>
            <tbody>
              {found.map(([name, version]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="tk-mono">{version ?? <span class="tk-faint">unknown</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {found.length === 0 && <Nothing>No package matches “{text.value}”.</Nothing>}
        </div>
      )}
    </Section>
  );
}
