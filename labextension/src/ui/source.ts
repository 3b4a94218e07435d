// Where a view gets its answers: the seam, its errors, and the way over HTTP.

import { type ReadonlySignal, signal } from '@preact/signals';
import { Poller } from './poller';
import type { EditName, Edits, ReadName, Reads } from './protocol';

/** What an edit answers: the new state, and the id of what it made. */
export interface Edited {
  state: string | null;
  id?: string;
}

export interface Source {
  /** The store's id, which stands in `watch` for what is chosen for all of it. */
  readonly storeId: string;
  /** Whether the last attempt reached the server; a view keeps what it shows while it is false. */
  readonly connected: ReadonlySignal<boolean>;
  read<N extends ReadName>(operation: N, args: Reads[N]['args'], signal?: AbortSignal): Promise<Reads[N]['result']>;
  /** An answer that is told without being asked for, where there is one: also while nobody answers. */
  told?<N extends ReadName>(operation: N, args: Reads[N]['args']): Reads[N]['result'] | undefined;
  edit<N extends EditName>(operation: N, args: Edits[N]): Promise<Edited>;
  fileUrl(experiment: string, hash: string, download?: string): string;
  /** Address of the small picture of a debug sample that is one. */
  thumbnailUrl(experiment: string, hash: string): string;
  /** The file itself, from a source whose addresses cannot be downloaded before they are read. */
  blob?(experiment: string, hash: string): Promise<Blob>;
  /** Whether anything answers at an address of the network; what it says stays between it and the browser. */
  reaches?: ((url: string) => Promise<boolean>) | undefined;
  /** Whole address of the page that shows a view by itself, where the source has one. */
  pageUrl?(query: URLSearchParams): string;
  /** Whole address of the page in which the Lab opens a notebook, by its path below the server's root. */
  notebookUrl?(path: string): string;
  /** Where the whole console of an experiment is sent from, where it can be asked for by an address. */
  logUrl?(experiment: string, download: string, times: boolean): string;
  /** Address of plotly.js, for `import()`. */
  plotlyUrl(): Promise<string>;
  /** Call `onChange` whenever one of `ids` changed, until `signal` aborts. */
  watch(ids: readonly string[], onChange: () => void, signal: AbortSignal): void;
}

/** A refusal by the server, in words a person can read. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
  constructor(
    readonly code: string,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

/** What was not managed, in words for a person. */
export function wordsOf(reason: unknown): string {
  return reason instanceof SourceError ? reason.message : `This could not be done: ${String(reason)}`;
}

/** The server could not be reached or asks for patience: worth trying again. */
export class ConnectionError extends SourceError {
  override readonly name = 'ConnectionError';
  constructor(message = 'The Jupyter server does not answer.') {
    super('connection', message);
  }
}

export function isAbort(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'AbortError';
}

/** Does the request at `path`, relative to the server's base URL; given by the door, which knows about tokens. */
export type Request = (path: string, init: RequestInit) => Promise<Response>;

export interface StoreReference {
  id: string;
  path?: string | null;
}

export interface HttpOptions {
  /** The server's base URL, with a slash at its end: file addresses start with it. */
  baseUrl: string;
  /** Asks an address that is not the server's; given by the door. */
  reaches?: (url: string) => Promise<boolean>;
}

const BINARY = 'application/octet-stream';
const JSON_TYPE = { 'Content-Type': 'application/json' };
/** A longer question is posted: proxies take addresses of 8 kB, and a server no more than a thousand parameters. */
const LONGEST_QUERY = 6_000;
/** Statuses of proxies and hubs that are restarting or overloaded. */
const PATIENCE = new Set([429, 502, 503, 504]);

export class HttpSource implements Source {
  readonly connected = signal(true);
  readonly reaches: Source['reaches'];
  private readonly poller: Poller;
  private about: Promise<Reads['about']['result']> | null = null;

  constructor(
    private readonly request: Request,
    private readonly store: StoreReference,
    private readonly options: HttpOptions,
  ) {
    this.reaches = options.reaches;
    this.poller = new Poller((args, signal) => this.read('changes', args, signal));
  }

  get storeId(): string {
    return this.store.id;
  }

  async read<N extends ReadName>(operation: N, args: Reads[N]['args'], signal?: AbortSignal) {
    const query = new URLSearchParams(this.where());
    for (const [name, value] of Object.entries(args)) {
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item !== undefined && item !== null) {
          query.append(name, String(item));
        }
      }
    }
    const asked = query.toString();
    const init: RequestInit = signal ? { method: 'GET', signal } : { method: 'GET' };
    const response =
      asked.length > LONGEST_QUERY
        ? await this.send(`trackkit/api/${operation}`, {
            ...init,
            ...this.posted(args, (_, value) => value ?? undefined),
          })
        : await this.send(`trackkit/api/${operation}?${asked}`, init);
    const binary = response.headers.get('content-type')?.startsWith(BINARY);
    return (await (binary ? response.arrayBuffer() : response.json())) as Reads[N]['result'];
  }

  async edit<N extends EditName>(operation: N, args: Edits[N]) {
    const response = await this.send(`trackkit/api/${operation}`, this.posted(args));
    return (await response.json()) as Edited;
  }

  fileUrl(experiment: string, hash: string, download?: string): string {
    const path = [this.store.id, experiment, hash].map(encodeURIComponent).join('/');
    const query = download ? `?download=${encodeURIComponent(download)}` : '';
    return `${this.options.baseUrl}trackkit/files/${path}${query}`;
  }

  thumbnailUrl(experiment: string, hash: string): string {
    const path = [this.store.id, experiment, hash].map(encodeURIComponent).join('/');
    return `${this.options.baseUrl}trackkit/thumbnails/${path}`;
  }

  pageUrl(query: URLSearchParams): string {
    const page = new URL(`${this.options.baseUrl}trackkit/widgets/`, document.baseURI);
    page.search = query.toString();
    return page.href;
  }

  notebookUrl(path: string): string {
    const place = path.split('/').map(encodeURIComponent).join('/');
    return new URL(`${this.options.baseUrl}lab/tree/${place}`, document.baseURI).href;
  }

  logUrl(experiment: string, download: string, times: boolean): string {
    const path = [this.store.id, experiment].map(encodeURIComponent).join('/');
    const query = new URLSearchParams({ download, ...(times ? { times: '1' } : {}) });
    return `${this.options.baseUrl}trackkit/console/${path}?${query}`;
  }

  async plotlyUrl(): Promise<string> {
    this.about ??= this.read('about', {}).catch(reason => {
      this.about = null;
      throw reason;
    });
    const { plotly } = await this.about;
    return this.options.baseUrl + plotly.replace(/^\//, '');
  }

  watch(ids: readonly string[], onChange: () => void, signal: AbortSignal): void {
    this.poller.watch(ids, onChange, signal);
  }

  private posted(args: object, replacer?: (name: string, value: unknown) => unknown): RequestInit {
    return { method: 'POST', body: JSON.stringify({ ...this.where(), ...args }, replacer), headers: JSON_TYPE };
  }

  private where(): Record<string, string> {
    const { id, path } = this.store;
    return path ? { store: id, path } : { store: id };
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.request(path, init);
    } catch (reason) {
      if (isAbort(reason) || init.signal?.aborted) {
        throw reason;
      }
      this.connected.value = false;
      throw new ConnectionError();
    }
    if (response.ok) {
      this.connected.value = true;
      return response;
    }
    const refusal = await refusalOf(response);
    this.connected.value = !(refusal instanceof ConnectionError);
    throw refusal;
  }
}

async function refusalOf(response: Response): Promise<SourceError> {
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  if (typeof body?.code === 'string' && typeof body.message === 'string') {
    return new SourceError(body.code, body.message, typeof body.field === 'string' ? body.field : null);
  }
  if (PATIENCE.has(response.status)) {
    return new ConnectionError('The Jupyter server is busy.');
  }
  if (response.status === 404) {
    const message =
      'This Jupyter server does not know trackkit_jupyter. Install it where the server runs, then restart the server.';
    return new SourceError('no_server', message);
  }
  if (response.status === 401 || response.status === 403) {
    return new SourceError('forbidden', 'The Jupyter server refused the request. Sign in again and reload the page.');
  }
  return new SourceError('unexpected', `The Jupyter server answered with status ${response.status}.`);
}

const shared = new WeakMap<Request, Map<string, HttpSource>>();

/** The source of a store, the same for all views that use the same `request`: they share its poller. */
export function sharedSource(request: Request, store: StoreReference, options: HttpOptions): HttpSource {
  const sources = shared.get(request) ?? new Map<string, HttpSource>();
  shared.set(request, sources);
  const key = `${options.baseUrl}\n${store.id}\n${store.path ?? ''}`;
  let source = sources.get(key);
  if (!source) {
    source = new HttpSource(request, store, options);
    sources.set(key, source);
  }
  return source;
}
