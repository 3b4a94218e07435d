// What runs in the stores that were shown: how many the status bar says, and what ended, failed or turned NaN is told once.

import { Notification } from '@jupyterlab/apputils';
import type { View } from '../ui';
import { LiveRead } from '../ui/parts/live';
import type { RunningAnswer } from '../ui/protocol';
import type { Source } from '../ui/source';
import { Course, toldOfEnd } from './course';
import type { Around } from './home';
import { followSettings, type Settings } from './settings';
import { showCount } from './status';

/** A message that nobody needs to act on goes away by itself. */
const SHOWN_MS = 8_000;

const followed = new Set<string>();
const counts = new Map<string, number>();
let settings: Settings | null = null;
let asked: Promise<void> | null = null;

/** Follow what runs in a store from now on, as long as the page is open. */
export async function follow(store: View['store'], around: Around): Promise<void> {
  if (!store.id || followed.has(store.id)) {
    return;
  }
  followed.add(store.id);
  const { door, registry, bar } = around;
  const { baseUrl, request } = door.server;
  const count = () => {
    const sum = [...counts.values()].reduce((total, one) => total + one, 0);
    showCount(settings?.statusBar === false ? 0 : sum, bar, door.app);
  };
  asked ??= followSettings(
    registry,
    changed => {
      settings = changed;
      count();
    },
    new AbortController().signal,
  );
  const [ui] = await Promise.all([import('../ui'), asked]);
  const source = ui.sharedSource(request, store, { baseUrl });
  const course = new Course();
  let watched = '';
  let watching = new AbortController();
  const live: LiveRead<RunningAnswer> = new LiveRead(
    signal => source.read('running', {}, signal),
    (settings?.rest ?? 1) * 1_000,
  );
  live.value.subscribe(answer => {
    if (!answer) {
      return;
    }
    counts.set(store.id, answer.total);
    count();
    const ids = [source.storeId, ...answer.items.map(row => row.id)];
    if (ids.join() !== watched) {
      watched = ids.join();
      watching.abort();
      watching = new AbortController();
      source.watch(ids, () => live.wake(), watching.signal);
    }
    const { nan, left } = course.step(answer);
    const open = (row: { id: string; name: string }) => openIn(row, store, around);
    if (settings?.notifyNaN) {
      for (const row of nan) {
        tell(`${row.name}: ${row.nan.join(', ')} turned NaN`, 'warning', () => open(row), around);
      }
    }
    for (const id of left) {
      void ended(id, source, around, open);
    }
  });
  live.wake();
}

async function ended(
  id: string,
  source: Source,
  around: Around,
  open: (row: { id: string; name: string }) => void,
): Promise<void> {
  const record = await source.read('experiment', { id }).catch(() => null);
  const told = record && record.status !== 'running' && settings ? toldOfEnd(record, settings) : null;
  if (record && told) {
    tell(told.text, told.type, () => open(record), around);
  }
}

function tell(text: string, type: 'success' | 'info' | 'warning' | 'error', open: () => void, around: Around): void {
  const actions = around.door.shelf ? [{ label: 'Open', callback: open }] : [];
  Notification.emit(text, type, { autoClose: type === 'error' || type === 'warning' ? false : SHOWN_MS, actions });
}

function openIn({ id, name }: { id: string; name: string }, store: View['store'], { door }: Around): void {
  const view = { version: 1, kind: 'experiment', store, objects: [id], query: null, options: {}, title: name };
  void door.app.commands.execute('trackkit:open', { view: view as never, mode: 'full' });
}
