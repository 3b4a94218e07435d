// The rows of the side panel, as data: sections, projects as a tree, and what is in those that are unfolded.

import type { HomeAnswer, HomeRow, Knob, Report, RunningRow } from '../../protocol';
import { quoted } from '../../table/columns';

export type ModelRow = HomeAnswer['models']['items'][number];

/** What a store holds for the side panel. */
export type Holding = HomeAnswer & { reports: { items: Report[]; total: number } };

interface Common {
  /** Names the row for as long as it means the same. */
  key: string;
  depth: number;
  /** What it is found by when letters are typed. */
  title: string;
  /** Whether it is unfolded; without it, it cannot be. */
  open?: boolean;
}

export type Node = Common &
  (
    | { kind: 'section'; count: number | null }
    | { kind: 'project'; project: string; count: number }
    | { kind: 'running'; row: RunningRow }
    | { kind: 'knob'; of: RunningRow; knob: Knob }
    | { kind: 'experiment'; row: HomeRow }
    | { kind: 'model'; row: ModelRow }
    | { kind: 'report'; report: Report }
    /** Leads to the table. */
    | { kind: 'more'; query: string }
    | { kind: 'note' }
  );

export const SECTIONS = ['running', 'recent', 'projects', 'models', 'reports'] as const;
type Section = (typeof SECTIONS)[number];
const TITLES: Record<Section, string> = {
  running: 'Running',
  recent: 'Recent',
  projects: 'Projects',
  models: 'Models',
  reports: 'Reports',
};

const PROJECT = 'project ';
/** Before the key of what runs: its knobs are folded, which they are not by themselves. */
const FOLDED = 'folded ';
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** The projects among the keys of unfolded rows. */
export function projectsOf(open: Iterable<string>): string[] {
  return [...open].filter(key => key.startsWith(PROJECT)).map(key => key.slice(PROJECT.length));
}

/** The keys of unfolded rows, once one of them is unfolded or folded. */
export function folding(open: ReadonlySet<string>, node: Node, unfolded: boolean, home: Holding): Set<string> {
  const next = new Set(open);
  const runs = node.kind === 'running';
  if (unfolded !== runs) {
    next.add(runs ? FOLDED + node.key : node.key);
  } else {
    next.delete(runs ? FOLDED + node.key : node.key);
  }
  const there = new Set(home.running.items.map(row => FOLDED + running(row)));
  return new Set([...next].filter(key => !key.startsWith(FOLDED) || there.has(key)));
}

function running({ id }: RunningRow): string {
  return `running ${id}`;
}

/** The query of a project, with those nested in it or without. */
export function queryOf(project: string, nested: boolean): string {
  const own = `project == ${quoted(project)}`;
  // Nested ones begin with the name and a slash; a zero follows on a slash.
  return nested ? `${own} or project > ${quoted(`${project}/`)} and project < ${quoted(`${project}0`)}` : own;
}

interface Branch {
  name: string;
  path: string;
  /** Experiments of its own, and with those of all that is nested in it. */
  own: number;
  count: number;
  below: Map<string, Branch>;
}

/** The projects as a tree: a slash nests them. */
export function treeOf(projects: Record<string, number>): Branch {
  const root: Branch = { name: '', path: '', own: 0, count: 0, below: new Map() };
  for (const [path, count] of Object.entries(projects)) {
    let branch = root;
    branch.count += count;
    for (const name of path.split('/')) {
      const below: Branch = branch.below.get(name) ?? {
        name,
        path: branch === root ? name : `${branch.path}/${name}`,
        own: 0,
        count: 0,
        below: new Map(),
      };
      branch.below.set(name, below);
      branch = below;
      branch.count += count;
    }
    branch.own += count;
  }
  return root;
}

/** All rows that can be seen, in order. */
export function nodesOf(home: Holding, open: ReadonlySet<string>, text: string): Node[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (...texts: (string | null)[]) => {
    const whole = texts.join(' ').toLowerCase();
    return words.every(word => whole.includes(word));
  };
  const found = words.length > 0;
  const has = (row: HomeRow) => matches(row.name, row.project, row.id);
  const nodes: Node[] = [];
  const section = (name: Section, count: number | null, rows: () => Node[]) => {
    const unfolded = open.has(name) || found;
    const inside = unfolded ? rows() : [];
    if (!found || inside.length > 0) {
      nodes.push({ kind: 'section', key: name, depth: 0, title: TITLES[name], count, open: unfolded }, ...inside);
    }
  };
  if (found) {
    nodes.push({ kind: 'more', key: 'find', depth: 0, title: `Find “${text.trim()}” in all names`, query: text });
  }
  const { recent, models, reports, projects } = home;
  if (home.running.total > 0) {
    section('running', home.running.total, () => home.running.items.filter(has).flatMap(row => runningOf(row, open)));
  }
  if (recent.length > 0) {
    section('recent', null, () => recent.filter(has).map(row => experiment(row, 'recent', 1)));
  }
  section('projects', Object.keys(projects).length, () =>
    found ? flat(projects, matches) : branches(treeOf(projects), home, open, 1),
  );
  const left = (what: string, { items, total }: { items: unknown[]; total: number }): Node[] =>
    total > items.length && !found
      ? [{ kind: 'note', key: `${what} left`, depth: 1, title: `and ${total - items.length} older` }]
      : [];
  if (models.total > 0) {
    section('models', models.total, () => [
      ...models.items
        .filter(row => matches(row.name, row.framework, row.id))
        .map((row): Node => ({ kind: 'model', key: row.id, depth: 1, title: row.name, row })),
      ...left('models', models),
    ]);
  }
  if (reports.total > 0) {
    section('reports', reports.total, () => [
      ...reports.items
        .filter(report => matches(report.name, report.project, report.id))
        .map((report): Node => ({ kind: 'report', key: report.id, depth: 1, title: report.name, report })),
      ...left('reports', reports),
    ]);
  }
  return nodes;
}

/** What runs, and beneath it what it can be turned by. */
function runningOf(row: RunningRow, open: ReadonlySet<string>): Node[] {
  const head: Node = { kind: 'running', key: running(row), depth: 1, title: row.name, row };
  if (row.knobs.length === 0) {
    return [head];
  }
  const unfolded = !open.has(FOLDED + head.key);
  const knobs = row.knobs.map(
    (knob): Node => ({
      kind: 'knob',
      key: `knob ${row.id} ${knob.name}`,
      depth: 2,
      title: knob.name,
      of: row,
      knob,
    }),
  );
  return [{ ...head, open: unfolded }, ...(unfolded ? knobs : [])];
}

function experiment(row: HomeRow, under: string, depth: number): Node {
  return { kind: 'experiment', key: `${under} ${row.id}`, depth, title: row.name, row };
}

function flat(projects: Record<string, number>, matches: (text: string) => boolean): Node[] {
  return Object.keys(projects)
    .filter(path => matches(path))
    .sort(byName.compare)
    .map(path => ({
      kind: 'project',
      key: PROJECT + path,
      depth: 1,
      title: path,
      project: path,
      count: projects[path] ?? 0,
    }));
}

function branches(branch: Branch, home: HomeAnswer, open: ReadonlySet<string>, depth: number): Node[] {
  const below = [...branch.below.values()].sort((one, other) => byName.compare(one.name, other.name));
  return below.flatMap((one): Node[] => {
    const key = PROJECT + one.path;
    const unfolded = open.has(key);
    const head: Node = {
      kind: 'project',
      key,
      depth,
      title: one.name || '(no name)',
      open: unfolded,
      project: one.path,
      count: one.count,
    };
    if (!unfolded) {
      return [head];
    }
    const rows = home.unfolded[one.path] ?? [];
    const own = rows.map(row => experiment(row, key, depth + 1));
    const more: Node[] =
      one.own > rows.length && rows.length > 0
        ? [
            {
              kind: 'more',
              key: `${key} more`,
              depth: depth + 1,
              title: `All ${one.own.toLocaleString('en')} in the table`,
              query: queryOf(one.path, false),
            },
          ]
        : [];
    return [head, ...branches(one, home, open, depth + 1), ...own, ...more];
  });
}

/** The row above that holds a row; null for a section. */
export function parentOf(nodes: readonly Node[], at: number): number | null {
  const depth = nodes[at]?.depth ?? 0;
  for (let index = at - 1; index >= 0; index -= 1) {
    if ((nodes[index]?.depth ?? 0) < depth) {
      return index;
    }
  }
  return null;
}

/** The next row from `at` on whose title begins with what is typed; one letter again and again walks on. */
export function typedTo(nodes: readonly Node[], at: number, typed: string): number | null {
  const same = [...typed].every(letter => letter === typed[0]);
  const wanted = (same ? (typed[0] ?? '') : typed).toLowerCase();
  const from = same ? at + 1 : Math.max(at, 0);
  for (let step = 0; step < nodes.length; step += 1) {
    const index = (from + step) % nodes.length;
    if (nodes[index]?.title.toLowerCase().startsWith(wanted)) {
      return index;
    }
  }
  return null;
}
