// The way to the kernel: operations over a comm. What is followed, the kernel tells unasked, also while it is busy.

import { type Signal, signal } from '@preact/signals';
import type { ConsoleAnswer, ConsoleLine, EditName, Edits, ReadName, Reads } from './protocol';
import { type Edited, type Source, SourceError } from './source';

export type Buffers = readonly (DataView | ArrayBuffer)[];
export type Send = (message: Record<string, unknown>) => void;
type Take = (content: unknown, buffers?: Buffers) => void;

type Arguments = Record<string, unknown>;

interface Question {
  operation: string;
  arguments: Arguments;
}

interface Fresh extends Question {
  result?: unknown;
  buffer?: number;
}

interface Message {
  store: string;
  answer?: string;
  result?: unknown;
  mime?: string | null;
  /** The question whose answers the kernel now keeps fresh: this one is the newest for every page. */
  followed?: Question;
  error?: { code: string; message: string; field: string | null };
  changed?: string[];
  fresh?: Fresh[];
  unfollowed?: Question;
}

interface Answer {
  value: unknown;
  mime: string | null;
}

interface Waiting {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (reason: unknown) => void;
}

interface Watcher {
  ids: readonly string[];
  wake: () => void;
}

/** Drawn in place of a file that is on its way. */
const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
const CURSORS: Record<string, Set<string>> = { charts: new Set(['since']), console: new Set(['after', 'limit']) };
const DEFAULTS: Record<string, unknown> = {
  group_by: 'metric',
  xaxis: 'iterations',
  points: 2000,
  smoothing_kind: 'ema',
  smoothing_window: 5,
  smoothing_sigma: 1,
  line: 'mean',
  band: 'none',
};
const PLAIN = new Set<unknown>(['', 0, null, undefined]);
const KEPT_LINES = 20_000;
/** When the kernel hears of what came on screen, and of what left it: a page that is scrolled is not worth a word. */
const WATCH_MS = 100;
const LEFT_MS = 5_000;
/** A file that nothing shows stays for so long: what is scrolled back to, or opened again, is there. */
const FILE_MS = 60_000;

/** Name of a question, the same for whoever asks it, however much of it is left at its default. */
function keyOf({ operation, arguments: args }: Question): string {
  const kept = Object.entries(args).filter(
    ([name, value]) =>
      !CURSORS[operation]?.has(name) &&
      !PLAIN.has(value) &&
      !(Array.isArray(value) && value.length === 0) &&
      value !== DEFAULTS[name],
  );
  return operation + JSON.stringify(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The way to a kernel, as the loader of a widget makes it: what came before anybody listened is in `early`. */
export interface Door {
  early: [content: unknown, buffers?: Buffers][];
  take: Take;
  send: Send;
  /** Resolves once there is `send`. */
  open: Promise<void>;
  sources?: Map<string, CommSource>;
}

/** The source of a store behind `door`, one for all views in the page. */
export function commSource(door: Door, store: string): CommSource {
  door.sources ??= new Map();
  const { sources } = door;
  const sourceOf = (id: string) => {
    const source = sources.get(id) ?? new CommSource(message => send(door, { store: id, ...message }), id);
    sources.set(id, source);
    return source;
  };
  door.take = (content, buffers) => sourceOf((content as Message).store).take(content, buffers);
  for (const [content, buffers] of door.early.splice(0)) {
    door.take(content, buffers);
  }
  return sourceOf(store);
}

function send(door: Door, message: Record<string, unknown>): void {
  void door.open.then(() => door.send(message));
}

export class CommSource implements Source {
  readonly connected = signal(true);
  private readonly waiting = new Map<string, Waiting>();
  /** Answers that the kernel keeps fresh, by question. */
  private readonly held = new Map<string, unknown>();
  private readonly lines = new Map<string, Lines>();
  private readonly watchers = new Set<Watcher>();
  private readonly files = new Map<string, { url: Signal<string>; blob: Promise<Blob> }>();
  private plotly: Promise<string> | null = null;
  private watched: string | null = null;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  /** Pages share a widget: answers are for one of them. */
  private readonly page = Math.random().toString(36).slice(2);

  constructor(
    private readonly send: Send,
    readonly storeId: string,
  ) {}

  /** Take a message of the kernel. */
  take(content: unknown, buffers: Buffers = []): void {
    const message = content as Message;
    if (message.answer !== undefined) {
      this.answered(message, buffers);
    }
    if (message.unfollowed) {
      this.held.delete(keyOf(message.unfollowed));
      this.lines.delete(keyOf(message.unfollowed));
    }
    if (message.fresh) {
      for (const fresh of message.fresh) {
        const value = fresh.buffer === undefined ? fresh.result : bytesOf(buffers[fresh.buffer]);
        this.hold(fresh, value);
      }
      this.wake(new Set(message.changed));
    }
  }

  async read<N extends ReadName>(operation: N, args: Reads[N]['args'], signal?: AbortSignal) {
    const question = { operation, arguments: args as Arguments };
    const known = this.known(question);
    const value = known === undefined ? (await this.ask(question, signal)).value : known;
    return value as Reads[N]['result'];
  }

  told<N extends ReadName>(operation: N, args: Reads[N]['args']) {
    return this.known({ operation, arguments: args as Arguments }) as Reads[N]['result'] | undefined;
  }

  async edit<N extends EditName>(operation: N, args: Edits[N]) {
    return (await this.ask({ operation, arguments: args as unknown as Arguments })).value as Edited;
  }

  /** Address of the file once it is here, and of an empty picture until then; a component that reads it is drawn again. */
  fileUrl(experiment: string, hash: string): string {
    return this.file(experiment, hash).url.value;
  }

  thumbnailUrl(experiment: string, hash: string): string {
    return this.file(experiment, hash, 'thumbnail').url.value;
  }

  blob(experiment: string, hash: string): Promise<Blob> {
    return this.file(experiment, hash).blob;
  }

  /** The picture that the kernel keeps of a view, as an output holds it: base64 PNG, or null. */
  async picture(view: string): Promise<string | null> {
    const { value } = await this.ask({ operation: 'picture', arguments: { id: view } });
    return (value as { picture: string | null }).picture;
  }

  plotlyUrl(): Promise<string> {
    this.plotly ??= this.ask({ operation: 'plotly', arguments: {} })
      .then(({ value }) => gunzip(value as ArrayBuffer))
      .then(source => URL.createObjectURL(new Blob([source], { type: 'text/javascript' })))
      .catch(reason => {
        this.plotly = null;
        throw reason;
      });
    return this.plotly;
  }

  watch(ids: readonly string[], wake: () => void, signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    const watcher = { ids, wake };
    this.watchers.add(watcher);
    signal.addEventListener('abort', () => {
      this.watchers.delete(watcher);
      this.tell(LEFT_MS);
    });
    this.tell(WATCH_MS);
  }

  /** The answer that is at hand, or undefined. */
  private known(question: Question): unknown {
    const { operation, arguments: args } = question;
    const key = keyOf(question);
    if (operation === 'console') {
      return this.lines.get(key)?.from(args);
    }
    const value = this.held.get(key);
    if (operation === 'charts' && value instanceof ArrayBuffer) {
      // The whole answer is good for every cursor; for the newest there is nothing new.
      return args.since && args.since === nextOf(value) ? unchanged(args.since) : value;
    }
    return value;
  }

  private hold(question: Question, value: unknown): void {
    const key = keyOf(question);
    if (question.operation === 'console') {
      const lines = this.lines.get(key) ?? new Lines();
      this.lines.set(key, lines);
      lines.add(value as ConsoleAnswer);
    } else {
      this.held.set(key, value);
    }
    for (const [n, { question: asked, resolve }] of [...this.waiting]) {
      if (keyOf(asked) === key) {
        const known = this.known(asked);
        if (known !== undefined) {
          this.waiting.delete(n);
          resolve({ value: known, mime: null });
        }
      }
    }
  }

  private ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    this.asked += 1;
    const n = `${this.page}-${this.asked}`;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      this.waiting.set(n, { question, resolve, reject });
      signal?.addEventListener('abort', () => {
        if (this.waiting.delete(n)) {
          reject(signal.reason);
        }
      });
      this.send({ ask: n, ...question });
    });
  }

  private answered(message: Message, buffers: Buffers): void {
    const n = message.answer as string;
    const waiting = this.waiting.get(n);
    this.waiting.delete(n);
    if (message.error) {
      const { code, message: words, field } = message.error;
      waiting?.reject(new SourceError(code, words, field));
      return;
    }
    const { followed } = message;
    if (!(waiting || followed)) {
      return;
    }
    let value = buffers.length > 0 ? bytesOf(buffers[0]) : message.result;
    if (waiting?.question.operation === 'figure' || waiting?.question.operation === 'overlaid') {
      value = JSON.parse(new TextDecoder().decode(value as ArrayBuffer));
    }
    if (followed) {
      // The kernel does not say it again, so it counts also where nobody waits: who asked was content with an older one,
      // is gone, or is in another page.
      const shown = this.held.has(keyOf(followed)) || this.lines.has(keyOf(followed));
      this.hold(followed, value);
      if (shown) {
        const { id, objects = [] } = followed.arguments as { id?: string; objects?: string[] };
        this.wake(new Set(id === undefined ? objects : [id]));
      }
    }
    waiting?.resolve({ value, mime: message.mime ?? null });
  }

  private wake(changed: ReadonlySet<string>): void {
    for (const watcher of [...this.watchers]) {
      if (watcher.ids.some(id => changed.has(id))) {
        watcher.wake();
      }
    }
  }

  /** Tell the kernel what is on screen. */
  private tell(wait: number): void {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const ids = [...new Set([...this.watchers].flatMap(watcher => watcher.ids))].sort();
      if (ids.join() !== this.watched) {
        this.watched = ids.join();
        this.send({ watch: ids, page: this.page });
      }
    }, wait);
  }

  private file(id: string, hash: string, operation: 'file' | 'thumbnail' = 'file') {
    const key = `${operation} ${hash}`;
    const found = this.files.get(key);
    if (found) {
      return found;
    }
    const blob = this.ask({ operation, arguments: { id, hash } }).then(
      ({ value, mime }) => new Blob([value as ArrayBuffer], { type: mime ?? 'application/octet-stream' }),
    );
    const address = blob.then(addressOf);
    let leaving: ReturnType<typeof setTimeout>;
    const drop = () => {
      if (this.files.get(key) === file) {
        this.files.delete(key);
      }
    };
    const leave = () => {
      leaving = setTimeout(() => {
        drop();
        // Also the address of what is still on its way.
        address.then(found => URL.revokeObjectURL(found)).catch(() => {});
      }, FILE_MS);
    };
    const url = signal(NOTHING, { watched: () => clearTimeout(leaving), unwatched: leave });
    leave();
    address.then(found => {
      url.value = found;
    }, drop);
    const file = { url, blob };
    this.files.set(key, file);
    return file;
  }
}

/** The last lines of a console, without gaps. */
class Lines {
  private lines: ConsoleLine[] = [];
  private total = 0;

  add({ lines, total }: ConsoleAnswer): void {
    const [first] = lines;
    const after = this.lines.at(-1);
    const joins = first && after && first.index <= after.index + 1 && first.index >= (this.lines[0]?.index ?? 0);
    if (first && total >= this.total && (lines.at(-1)?.index ?? 0) > (after?.index ?? -1)) {
      const kept = joins ? this.lines.slice(0, first.index - (this.lines[0]?.index ?? 0)) : [];
      this.lines = [...kept, ...lines].slice(-KEPT_LINES);
    }
    this.total = Math.max(this.total, total);
  }

  /** The answer to `args`, if all of it is here. */
  from({ after = 0, limit = 1_000 }: { after?: number; limit?: number }): ConsoleAnswer | undefined {
    const start = after < 0 ? Math.max(0, this.total + after) : after;
    const first = this.lines[0]?.index ?? this.total;
    const end = this.lines.length > 0 ? first + this.lines.length : this.total;
    if (start < first || end !== this.total) {
      return undefined;
    }
    const lines = this.lines.slice(start - first, start - first + limit);
    return { lines, next: start + lines.length, total: this.total };
  }
}

/** A drawing opened by itself from an address of this page's own could run what is in it: it gets one without an origin. */
async function addressOf(file: Blob): Promise<string> {
  if (file.type !== 'image/svg+xml') {
    return URL.createObjectURL(file);
  }
  return `data:image/svg+xml,${encodeURIComponent(await file.text())}`;
}

/** A buffer of its own, aligned as the columns of curves need it. */
function bytesOf(view: DataView | ArrayBuffer | undefined): ArrayBuffer {
  if (view === undefined) {
    throw new RangeError('A message came without its data.');
  }
  if (view instanceof ArrayBuffer) {
    return view;
  }
  return (view.buffer as ArrayBuffer).slice(view.byteOffset, view.byteOffset + view.byteLength);
}

function headerOf(answer: ArrayBuffer): string {
  const length = new DataView(answer).getUint32(0, true);
  return new TextDecoder().decode(new Uint8Array(answer, 4, length));
}

function nextOf(answer: ArrayBuffer): string {
  return (JSON.parse(headerOf(answer)) as { next: string }).next;
}

/** The answer of `charts` that brings nothing new. */
function unchanged(next: unknown): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify({ charts: [], next, unchanged: true }));
  const length = Math.ceil((4 + text.length) / 8) * 8 - 4;
  const bytes = new Uint8Array(4 + length).fill(32);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(text, 4);
  return bytes.buffer;
}

function gunzip(packed: ArrayBuffer): Promise<ArrayBuffer> {
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(plain).arrayBuffer();
}
