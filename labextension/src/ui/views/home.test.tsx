// The side panel: its rows as data, and what the hands do with them.

import { signal } from '@preact/signals';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount } from '../mount';
import type { HomeRow, Knob, Report, RunningRow, View } from '../protocol';
import { type Source, SourceError } from '../source';
import type { Desk, Host, Offered } from '../standing';
import { cellOf } from './home/cell';
import { type Holding, nodesOf, projectsOf, queryOf, SECTIONS, treeOf, typedTo } from './home/nodes';
import { namesOf } from './home/stores';

const STORE = { id: 'f'.repeat(32), path: null };

function row(name: string, changes: Partial<HomeRow> = {}): HomeRow {
  const times = { created: null, started: null, finished: null, last_update: null };
  const id = [...name]
    .map(letter => letter.charCodeAt(0).toString(16))
    .join('')
    .padEnd(32, '0');
  return { id, name, project: 'vision', status: 'completed', archived: false, last_iteration: 3, ...times, ...changes };
}

function home(changes: Partial<Holding> = {}): Holding {
  const live: RunningRow = {
    ...row('live', { status: 'running', last_iteration: 1234 }),
    ...{
      metric: { name: 'loss/val', last: 0.25 },
      fraction: 0.5,
      nan: [],
      doing: 'running' as const,
      knobs: [] as Knob[],
    },
  };
  return {
    ...{ folder: '/home/ana/.trackkit', total: 4 },
    projects: { 'vision/digits': 2, vision: 1, 'text/a/b': 1 },
    running: { items: [live], total: 1, now: new Date().toISOString() },
    recent: [row('sgd'), row('adam', { status: 'failed', project: 'text/a/b' })],
    unfolded: {},
    models: { items: [], total: 0 },
    reports: { items: [], total: 0 },
    ...changes,
  };
}

const titles = (nodes: { title: string; depth: number }[]) =>
  nodes.map(node => `${'  '.repeat(node.depth)}${node.title}`);

describe('the rows as data', () => {
  it('nests projects at slashes, and counts what is below', () => {
    const tree = treeOf({ 'a/b': 2, a: 1, 'a/c/d': 3, z: 1 });
    expect(tree.count).toBe(7);
    expect([...tree.below.keys()]).toEqual(['a', 'z']);
    expect([tree.below.get('a')?.own, tree.below.get('a')?.count]).toEqual([1, 6]);
    expect(tree.below.get('a')?.below.get('c')?.path).toBe('a/c');
  });

  it('shows sections, and in unfolded projects what they hold', () => {
    const open = new Set([...SECTIONS, 'project vision', 'project vision/digits']);
    const unfolded = { vision: [row('sgd')], 'vision/digits': [row('one')] };
    expect(titles(nodesOf(home({ unfolded }), open, ''))).toEqual([
      ...['Running', '  live', 'Recent', '  sgd', '  adam', 'Projects', '  text', '  vision', '    digits'],
      ...['      one', '      All 2 in the table', '    sgd'],
    ]);
    expect(projectsOf(open)).toEqual(['vision', 'vision/digits']);
    expect(titles(nodesOf(home(), new Set(), ''))).toEqual(['Running', 'Recent', 'Projects']);
  });

  it('narrows to what is typed, whatever is folded', () => {
    expect(titles(nodesOf(home(), new Set(), 'text'))).toEqual([
      ...['Find “text” in all names', 'Recent', '  adam', 'Projects', '  text/a/b'],
    ]);
    expect(titles(nodesOf(home(), new Set(), 'nothing has this'))).toHaveLength(1);
  });

  it('calls stores by their folders, and by more of the way where two are called the same', () => {
    const folders = ['/home/ana/digits/.trackkit', '/data/one/runs', '/data/two/runs', 'C:\\work\\text\\.trackkit'];
    expect(namesOf(folders)).toEqual(['digits', 'one/runs', 'two/runs', 'text']);
  });

  it('finds by letters, and walks on with the same letter', () => {
    const nodes = nodesOf(home({ recent: [row('sgd'), row('sam'), row('svm')] }), new Set(SECTIONS), '');
    const at = (name: string) => nodes.findIndex(node => node.title === name);
    expect(typedTo(nodes, -1, 's')).toBe(at('sgd'));
    expect(typedTo(nodes, at('sgd'), 's')).toBe(at('sam'));
    expect(typedTo(nodes, at('svm'), 's')).toBe(at('sgd'));
    expect(typedTo(nodes, at('sgd'), 'sv')).toBe(at('svm'));
    expect(typedTo(nodes, 0, 'x')).toBeNull();
  });

  it('asks for a project with those nested in it, however it is called', () => {
    expect(queryOf('a"b', false)).toBe('project == "a\\"b"');
    expect(queryOf('a', true)).toBe('project == "a" or project > "a/" and project < "a0"');
  });

  it('makes a cell that works in a fresh kernel', () => {
    expect(cellOf('experiment', 'ab', 'sgd', null)).toBe(
      'import trackkit_jupyter as track\n\ntrack.open_store().experiment("ab")  # sgd',
    );
    expect(cellOf('model', 'ab', 'net', '/data/my "store"')).toContain(
      'open_store("/data/my \\"store\\"").model("ab")',
    );
  });
});

class HomeSource implements Source {
  readonly storeId = STORE.id;
  connected = signal(true);
  answer: Holding | SourceError = home();
  asked: { projects?: string[]; recent?: number }[] = [];
  edits: unknown[] = [];
  watched: string[][] = [];
  private readonly wakes = new Set<() => void>();

  read = (async (operation: string, args: never) => {
    if (operation === 'home') {
      this.asked.push(args);
      if (this.answer instanceof SourceError) {
        throw this.answer;
      }
      return this.answer;
    }
    if (operation === 'reports') {
      return this.answer instanceof SourceError ? { items: [], total: 0 } : this.answer.reports;
    }
    return { ...row('live'), status: 'running' };
  }) as Source['read'];

  edit: Source['edit'] = async (operation, args) => {
    this.edits.push([operation, args]);
    return { state: '2' };
  };

  watch(ids: readonly string[], wake: () => void, abort: AbortSignal) {
    this.watched.push([...ids]);
    this.wakes.add(wake);
    abort.addEventListener('abort', () => this.wakes.delete(wake));
  }

  wake() {
    for (const wake of this.wakes) {
      wake();
    }
  }

  fileUrl = () => '';
  thumbnailUrl = () => '';
  plotlyUrl = async () => '';
}

let abort: AbortController;
let source: HomeSource;
let went: unknown[];
let kept: View['options'];
let offered: Offered | null;

beforeEach(() => {
  abort = new AbortController();
  source = new HomeSource();
  went = [];
  kept = {};
  offered = null;
});

afterEach(() => {
  abort.abort();
  cleanup();
  document.body.replaceChildren();
});

async function shown(options: View['options'] = {}) {
  const desk: Desk = {
    show: (view, mode) => void went.push([view.kind, view.objects[0], mode]),
    table: (_, asked) => void went.push(asked),
    file: path => void went.push(path),
  };
  const host: Host = {
    ...{ mode: 'compact', desk, go: () => undefined, open: () => undefined, named: () => undefined },
    offer: found => {
      offered = found;
    },
  };
  const place = document.createElement('div');
  document.body.append(place);
  const view: View = { version: 1, kind: 'home', store: STORE, objects: [], query: null, options, title: '' };
  mount(place, view, source, abort.signal, patch => Object.assign(kept, patch), host);
  return screen.findByRole('tree');
}

/** The window with a title, which is not open here: there is no top layer. */
const opened = (title: string) =>
  waitFor(() => {
    const dialog = document.querySelector('dialog');
    expect(dialog?.textContent).toContain(title);
    return dialog as HTMLElement;
  });

const item = (name: string) => screen.getByRole('treeitem', { name });
const current = () => screen.getAllByRole('treeitem', { selected: true })[0]?.getAttribute('aria-label');
const press = (...keys: string[]) => keys.map(key => fireEvent.keyDown(screen.getByRole('tree'), { key }));

describe('the side panel', () => {
  it('is a tree for the keyboard: arrows move and unfold, letters find, Enter opens in full', async () => {
    const tree = await shown();
    fireEvent.focus(tree);
    expect(current()).toBe('Running');
    press('ArrowDown');
    expect(current()).toBe('live');
    press('ArrowLeft');
    expect(current()).toBe('Running');
    press('ArrowLeft');
    expect(screen.queryByRole('treeitem', { name: 'live' })).toBeNull();
    expect(kept.open).toEqual(['recent', 'projects', 'models', 'reports']);
    press('v');
    expect(current()).toBe('vision');
    expect(item('vision').getAttribute('aria-expanded')).toBe('false');
    press('ArrowRight');
    await waitFor(() => expect(source.asked.at(-1)?.projects).toEqual(['vision']));
    expect(item('digits').getAttribute('aria-level')).toBe('3');
    press('ArrowRight');
    expect(current()).toBe('digits');
    press('Home', 'End', 'ArrowUp', 's', 'Enter');
    expect(went).toEqual([['experiment', row('sgd').id, 'full']]);
    press(' ');
    expect(went.at(-1)).toEqual(['experiment', row('sgd').id, 'compact']);
    expect(tree.getAttribute('aria-activedescendant')).toBe(item('sgd').id);
  });

  it('opens with a click beside, with two in full; as is set, in full at once', async () => {
    await shown({ click: 'full' });
    fireEvent.click(item('sgd'));
    expect(went).toEqual([['experiment', row('sgd').id, 'full']]);
    expect(source.asked[0]).toEqual({ projects: [], recent: 8 });
  });

  it('says how far what runs is, and stops it once that is confirmed', async () => {
    await shown();
    expect(item('live').textContent).toContain('it 1,234');
    expect(item('live').textContent).toContain('loss/val 0.25');
    expect(within(item('live')).getByRole('progressbar').getAttribute('aria-valuenow')).toBe('50');
    await waitFor(() => expect(source.watched.at(-1)).toEqual([STORE.id, row('live').id]));
    fireEvent.click(screen.getByRole('button', { name: 'Stop live' }));
    const dialog = await opened('Stop');
    expect(dialog.textContent).toContain('ends at its next log');
    expect(source.edits).toEqual([]);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Stop', hidden: true }));
    await waitFor(() => expect(source.edits).toEqual([['stop', { id: row('live').id }]]));
    expect(went).toEqual([]);
  });

  it('turns the knobs of what runs, which can be folded, by keyboard too', async () => {
    const { running } = home();
    const knobs: Knob[] = [
      { name: 'lr', value: 0.1, default: 0.1, min: 0, max: 1 },
      { name: 'augment', value: true, default: true, min: null, max: null },
    ];
    source.answer = home({ running: { ...running, items: running.items.map(one => ({ ...one, knobs })) } });
    const tree = await shown();
    fireEvent.focus(tree);
    press('ArrowDown', 'ArrowRight');
    expect(current()).toBe('lr');
    press('Enter');
    const value = screen.getByRole('textbox', { name: 'Value of lr' });
    await waitFor(() => expect(document.activeElement?.closest('[role=treeitem]')).toBe(item('lr')));
    fireEvent.input(value, { target: { value: '0.2' } });
    fireEvent.keyDown(value, { key: 'Enter' });
    fireEvent.click(screen.getByRole('checkbox', { name: 'augment' }));
    fireEvent.click(screen.getByRole('button', { name: 'Pause live' }));
    const { id } = row('live');
    await waitFor(() =>
      expect(source.edits).toEqual([
        ['turn', { id, name: 'lr', value: '0.2', seen: '0.1' }],
        ['turn', { id, name: 'augment', value: 'false', seen: 'true' }],
        ['pause', { id }],
      ]),
    );
    fireEvent.keyDown(value, { key: 'Escape' });
    expect(document.activeElement).toBe(tree);
    press('ArrowLeft');
    expect(current()).toBe('live');
    expect(screen.queryByRole('treeitem', { name: 'lr' })).toBeNull();
    expect(kept.open).toContain(`folded running ${id}`);
    fireEvent.click(screen.getByRole('button', { name: 'Knobs of live' }));
    expect(item('lr')).toBeTruthy();
    expect(kept.open).not.toContain(`folded running ${id}`);
    expect(went).toEqual([]);
  });

  it('says what is not a number', async () => {
    const { running } = home();
    const items = running.items.map(one => ({ ...one, nan: ['loss/val'] }));
    source.answer = home({ running: { ...running, items } });
    await shown();
    expect(item('live').textContent).toContain('loss/val is NaN');
  });

  it('finds: what is typed narrows it, Enter asks the table', async () => {
    await shown();
    const box = screen.getByRole('textbox', { name: 'Search' });
    fireEvent.input(box, { target: { value: 'adam' } });
    expect(screen.queryByRole('treeitem', { name: 'sgd' })).toBeNull();
    fireEvent.keyDown(box, { key: 'Enter' });
    fireEvent.click(item('Find “adam” in all names'));
    expect(went).toEqual([{ query: 'adam' }, { query: 'adam' }]);
  });

  it('offers the one set of actions for the row that is meant, and its cell', async () => {
    await shown({ elsewhere: true });
    expect(offered?.what()).toBeNull();
    fireEvent.contextMenu(item('adam'));
    expect(offered?.what()).toMatchObject({ status: 'failed', mode: 'listed' });
    expect(offered?.cell?.()).toContain('open_store("/home/ana/.trackkit")');
    offered?.run('table');
    offered?.run('compact');
    expect(went).toEqual([{ opened: row('adam').id }, ['experiment', row('adam').id, 'compact']]);
    offered?.run('tag');
    const dialog = await opened('Add tag');
    fireEvent.input(within(dialog).getByRole('textbox', { name: 'Tag', hidden: true }), { target: { value: 'odd' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Save', hidden: true }));
    await waitFor(() => expect(source.edits).toEqual([['add_tags', { id: row('live').id, tags: ['odd'] }]]));
  });

  it('offers the other stores where there are several', async () => {
    const other = { id: 'e'.repeat(32), folder: '/home/ana/text/.trackkit' };
    await shown({ stores: [{ id: STORE.id, folder: '/home/ana/digits/.trackkit' }, other] });
    const choice = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Store' });
    expect([choice.selectedOptions[0]?.text, choice.title]).toEqual(['digits', '/home/ana/digits/.trackkit']);
    fireEvent.change(choice, { target: { value: other.id } });
    expect(kept.store).toBe(other.id);
  });

  it('opens the notebook of a report; of one that is not there it says so', async () => {
    const report = { id: 'r', name: 'Finding', project: 'p', status: 'published', last_update: null, trouble: null };
    const items = [
      { ...report, path: 'finding.ipynb' },
      { ...report, id: 's', name: 'Gone', path: null },
    ];
    source.answer = home({ reports: { items: items as unknown as Report[], total: 12 } });
    await shown();
    expect(item('Finding').textContent).toContain('Published');
    expect(item('and 10 older')).toBeTruthy();
    fireEvent.click(item('Finding'));
    fireEvent.click(item('Gone'));
    expect(went).toEqual(['finding.ipynb']);
    expect(document.body.textContent).toContain('The notebook of Gone lies outside');
  });

  it('keeps what it shows when the store goes away, and says so', async () => {
    await shown();
    source.answer = new SourceError('not_found', 'This server knows no such store.', 'store');
    await waitFor(
      () => {
        source.wake();
        expect(document.body.textContent).toContain('its folder was moved or deleted');
      },
      { timeout: 5_000 },
    );
    expect(item('sgd')).toBeTruthy();
  });

  it('says of an empty store what fills it', async () => {
    source.answer = home({ total: 0, projects: {}, recent: [], running: { items: [], total: 0, now: '' } });
    void shown().catch(() => undefined);
    expect((await screen.findByText(/this store is empty/)).textContent).toBeTruthy();
    expect(document.body.textContent).toContain('track.start("baseline")');
  });
});
