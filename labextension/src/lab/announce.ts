// Tells widgets in this page that the code of the views is here, and the server: the kernel need send neither.

import type { Door, Model, Slot } from '../ui';
import { type LabServer, reaches } from './server';

const KEY = Symbol.for('trackkit.ui');
/** The widget that speaks for a kernel is made a moment before the first output that names it. */
const DOOR_MS = 2_000;

interface PageSlot extends Slot {
  load: () => Promise<typeof import('../ui')>;
  doors: Record<string, Door & { give?: () => void }>;
  /** Told by every widget of ours about its model, which lives until the signal aborts. */
  hear: (model: Model, signal?: AbortSignal) => void;
}

const models = new Map<string, Model>();
const listening = new Map<string, Set<() => void>>();

const page = globalThis as unknown as Record<symbol, PageSlot | undefined>;

export function announce(server: LabServer): void {
  const load = () => import('../ui');
  page[KEY] = {
    doors: page[KEY]?.doors ?? {},
    load,
    hear: (model, signal) => {
      const id = model.get('_id') as string;
      const tell = () => {
        for (const listener of listening.get(id) ?? []) {
          listener();
        }
      };
      models.set(id, model);
      signal?.addEventListener('abort', () => {
        models.delete(id);
        tell();
      });
      tell();
    },
    source: async store => {
      const [ui, hasExtension] = await Promise.all([load(), server.hasExtension()]);
      const { baseUrl, request } = server;
      return hasExtension ? ui.sharedSource(request, store, { baseUrl, reaches }) : null;
    },
  };
}

/** Hear now and then of the model of a widget: the model, or null while there is none. */
export function followModel(id: string, onModel: (model: Model | null) => void, signal: AbortSignal): void {
  const tell = () => onModel(models.get(id) ?? null);
  const listeners = listening.get(id) ?? new Set();
  listening.set(id, listeners.add(tell));
  signal.addEventListener('abort', () => listeners.delete(tell));
  tell();
}

/** The way to the kernel that made an output with a widget; null where that kernel is gone. */
export async function kernelDoor(widget: unknown): Promise<Door | null> {
  const key = (widget as { trackkit_door?: unknown } | undefined)?.trackkit_door;
  const doors = page[KEY]?.doors;
  if (typeof key !== 'string' || !doors) {
    return null;
  }
  doors[key] ??= shutDoor();
  const door = doors[key];
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), DOOR_MS));
  return Promise.race([door.open.then(() => door), late]);
}

/** A door as the loader of the widgets makes it, for it to open. */
function shutDoor(): PageSlot['doors'][string] {
  const early: Door['early'] = [];
  const { promise: open, resolve: give } = withResolvers();
  return { early, open, give, take: (...message) => void early.push(message), send: () => undefined };
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
