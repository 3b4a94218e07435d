// The side panel: what runs, what was last, projects and models of a store; each leads to its view.

import { useSignal } from '@preact/signals';
import { RefreshCw, Table2 } from 'lucide';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { reasonOf } from '../gone';
import { integer } from '../parts/format';
import { useGo } from '../parts/going';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Search } from '../parts/search';
import { Empty, Problem, SkeletonRows } from '../parts/states';
import type { Report, View, ViewOptions } from '../protocol';
import { type Source, wordsOf } from '../source';
import { type Mode, useStanding } from '../standing';
import '../styles/home.css';
import { useToast } from '../parts/toast';
import { useDoing } from './doing';
import { cellOf } from './home/cell';
import { folding, type Holding, type Node, nodesOf, projectsOf, queryOf, SECTIONS } from './home/nodes';
import { Row } from './home/rows';
import { Stores } from './home/stores';
import { Tree } from './home/tree';
import { useAsking } from './knob';

const START = 'import trackkit_jupyter as track\n\nwith track.start("baseline") as exp:\n    exp.log({"loss": 0.5})';
/** Seconds between two looks that nobody but the experiments asked for. */
const REST = 1;
const RECENT = 8;
const REPORTS = 10;
/** So many of a project are laid side by side, the newest. */
const COMPARED = 50;

interface HomeProps {
  source: Source;
  view: View;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export function HomeView({ source, view, onOptions }: HomeProps) {
  const { options, store } = view;
  const { host, root } = useStanding();
  const go = useGo();
  const desk = host?.desk;
  const say = useToast();
  const text = useSignal('');
  const cursor = useSignal<string | null>(null);
  const open = useSignal<ReadonlySet<string>>(
    new Set(Array.isArray(options.open) ? (options.open as string[]) : SECTIONS),
  );
  const recent = typeof options.recent === 'number' ? options.recent : RECENT;
  const rest = typeof options.rest === 'number' ? options.rest : REST;
  const projects = projectsOf(open.value);
  const received = useRef(0);
  const read = async (signal: AbortSignal) => {
    const [answer, reports] = await Promise.all([
      source.read('home', { projects, recent }, signal),
      source.read('reports', { order_by: '-last_update', page_size: REPORTS }, signal),
    ]);
    received.current = Date.now();
    return { ...answer, reports };
  };
  const watched = useSignal([source.storeId]);
  const live = useLive(source, watched.value, read, [projects.join('\n'), recent], rest * 1_000);
  const home = live.value.value;
  useEffect(() => {
    const ids = [source.storeId, ...(home?.running.items.map(row => row.id) ?? [])];
    if (ids.join() !== watched.peek().join()) {
      watched.value = ids;
    }
  }, [home]);
  const ask = useAsking(source, () => live.restart());
  const nodes = useMemo(() => (home ? nodesOf(home, open.value, text.value) : []), [home, open.value, text.value]);
  const rows = useRef(nodes);
  rows.current = nodes;
  const current = () => rows.current.find(node => node.key === cursor.peek());

  const show = (node: Node, mode: Mode) => {
    if (!('row' in node)) {
      return;
    }
    const { id, name } = node.row;
    const kind = node.kind === 'model' ? 'model' : 'experiment';
    if (desk) {
      const shown: View = { ...view, kind, objects: [id], query: null, options: {}, title: name };
      desk.show(shown, kind === 'model' ? 'full' : mode);
    } else {
      go({ kind, id, title: name });
    }
  };
  const table = (query: string) => desk?.table(store, { query });
  const compare = async (project: string) => {
    try {
      const { items, total } = await source.read('table', { query: queryOf(project, true), page_size: COMPARED });
      const objects = items.filter(row => !row.problem).map(row => row.id);
      if (total > COMPARED) {
        say({ text: `The ${COMPARED} newest of ${integer(total)} are compared. Others can be added there.` });
      }
      desk?.show({ ...view, kind: 'comparison', objects, query: null, options: {}, title: project }, 'full');
    } catch (reason) {
      say({ text: wordsOf(reason), problem: true });
    }
  };
  const fold = (node: Node, unfolded: boolean) => {
    if (home) {
      open.value = folding(open.value, node, unfolded, home);
      onOptions?.({ open: [...open.value] });
    }
  };
  const onOpen = (node: Node, full: boolean) => {
    if (node.kind === 'project' && (full || node.open === undefined)) {
      table(queryOf(node.project, true));
    } else if (node.kind === 'more') {
      table(node.query);
    } else if (node.kind === 'report') {
      openReport(node.report);
    } else if (node.kind === 'knob') {
      focusKnob(root);
    } else if (node.open !== undefined && node.kind !== 'running') {
      fold(node, !node.open);
    } else {
      show(node, full || options.click === 'full' ? 'full' : 'compact');
    }
  };
  const subject = () => {
    const row = experimentIn(current());
    return row && { id: row.id, status: row.status, archived: row.archived, mode: 'listed' as const, table: true };
  };
  const within = (act: (node: Node) => void) => () => {
    const node = current();
    if (node) {
      act(node);
    }
  };
  const openReport = ({ path, trouble, name }: Report) => {
    if (path !== null && trouble !== 'missing' && desk) {
      desk.file(path);
    } else {
      const why = path === null ? 'lies outside of the folder that this server serves' : 'is not there any more';
      say({ text: `The notebook of ${name} ${why}.`, problem: true });
    }
  };
  const { run, window } = useDoing({
    source,
    subject,
    record: id => source.read('experiment', { id }),
    own: {
      full: within(node => show(node, 'full')),
      compact: within(node => show(node, 'compact')),
      table: within(node => 'row' in node && desk?.table(store, { opened: node.row.id })),
    },
    onChanged: () => live.restart(),
  });
  const folder = options.elsewhere === true && home ? home.folder : null;
  const cell = (node: Node | undefined) =>
    node && 'row' in node
      ? cellOf(node.kind === 'model' ? 'model' : 'experiment', node.row.id, node.row.name, folder)
      : undefined;
  const offered = useRef({ run, cell });
  offered.current = { run, cell };
  useEffect(() => {
    const here = new AbortController();
    if (root && host) {
      const { offer } = host;
      offer(
        {
          root,
          what: subject,
          run: name => offered.current.run(name),
          cell: () => offered.current.cell(current()) ?? null,
        },
        here.signal,
      );
    }
    return () => here.abort();
  }, [root, host]);

  const error = live.error.value;
  return (
    <div class="tk-home">
      <div class="tk-home-tools">
        <Search
          text={text}
          label="Search"
          placeholder="Find experiments"
          onKeyDown={event => {
            if (event.key === 'Enter') {
              table(text.peek());
            } else if (event.key === 'ArrowDown') {
              event.preventDefault();
              root?.querySelector<HTMLElement>('.tk-home-tree')?.focus();
            }
          }}
        />
        <Button label="Experiments table" icon={Table2} onClick={() => table('')} />
      </div>
      <Stores known={options.stores} shown={store.id} onChoose={id => onOptions?.({ store: id })} />
      {error && !home && <Problem error={reasonOf(error)} onRetry={() => live.restart()} />}
      {!home && live.late.value && <SkeletonRows rows={8} />}
      {home && isEmpty(home) && <Empty code={START}>What you run will be here: this store is empty.</Empty>}
      {home && !isEmpty(home) && (
        <Tree
          nodes={nodes}
          cursor={cursor}
          onFold={fold}
          onOpen={onOpen}
          cellOf={cell}
          draw={node => (
            <Row
              node={node}
              ahead={(Date.parse(home.running.now) || received.current) - received.current}
              onFold={fold}
              ask={ask}
              onStop={stopped => {
                cursor.value = stopped.key;
                run('stop');
              }}
              onCompare={one => 'project' in one && void compare(one.project)}
              onTable={one => 'project' in one && table(queryOf(one.project, true))}
            />
          )}
        />
      )}
      {error && home && (
        <div class="tk-home-foot">
          <span class="tk-problem-inline">{reasonOf(error)}</span>
          <Button label="Try again" icon={RefreshCw} onClick={() => live.restart()} />
        </div>
      )}
      {window}
    </div>
  );
}

/** From the tree into what turns the knob that it is at; Escape comes back. */
function focusKnob(root: HTMLElement | null): void {
  requestAnimationFrame(() => root?.querySelector<HTMLElement>('.tk-home-knob.tk-cursor input')?.focus());
}

function experimentIn(node: Node | undefined) {
  return node?.kind === 'running' || node?.kind === 'experiment' ? node.row : null;
}

function isEmpty({ total, models, reports }: Holding): boolean {
  return total === 0 && models.total === 0 && reports.total === 0;
}
