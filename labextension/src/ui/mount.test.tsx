import { signal } from '@preact/signals';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount } from './mount';
import type { ConsoleLine, ExperimentAnswer, Sample, View } from './protocol';
import { type Source, SourceError } from './source';

const ID = '0123456789abcdef0123456789abcdef';

function record(changes: Partial<ExperimentAnswer> = {}): ExperimentAnswer {
  const nothing = { repository: null, branch: null, commit: null, script: null, working_dir: null, diff: null };
  return {
    ...{ id: ID, name: 'sgd', project: 'vision/digits', status: 'running', tags: ['linear'], description: '' },
    ...{ user: 'ana', parent: null, archived: false, created: null, started: null, finished: null },
    ...{ last_update: null, last_iteration: 7, artifacts: [], models: { input: [], output: [] }, runtime: {} },
    execution: { ...nothing, packages: {}, container: null, output_uri: null, log_level: null, cells: [] },
    hyperparameters: {
      General: { lr: { value: '0.1', type: 'float', description: 'Learning rate', default: '0.01' } },
    },
    ...{ properties: {}, configuration: {}, single_values: {}, metrics: {}, state: '1', now: '2026-01-01T00:00:00Z' },
    ...changes,
  };
}

/** A store in memory behind the seam that the doors use. */
class MemorySource implements Source {
  readonly storeId = 'f'.repeat(32);
  connected = signal(true);
  record = record();
  lines: ConsoleLine[] = [];
  samples: Sample[] = [];
  edits: unknown[] = [];
  private readonly wakes = new Set<() => void>();

  private readonly answers: Record<string, (args: never) => unknown> = {
    experiment: ({ id }: { id: string }) => {
      if (id !== ID) {
        throw new SourceError('not_found', 'There is no such experiment here.');
      }
      return this.record;
    },
    find_in_console: ({ text, after }: { text: string; after: number }) => {
      const matches = this.lines.filter(line => line.index >= after && line.text.includes(text));
      return { matches: matches.map(line => line.index), next: this.lines.length, total: this.lines.length };
    },
    console: ({ after, limit }: { after: number; limit: number }) => {
      const from = after < 0 ? Math.max(0, this.lines.length + after) : after;
      const lines = this.lines.slice(from, from + limit);
      return { lines, next: from + lines.length, total: this.lines.length };
    },
    samples: (place: { metric?: string; before?: number; after?: number; limit: number }) => this.batch(place),
    sample_iterations: ({ metric, variant }: { metric: string; variant: string }) => ({
      samples: this.samples
        .filter(sample => sample.metric === metric && sample.variant === variant)
        .sort((a, b) => a.iteration - b.iteration),
    }),
    plots: () => ({ plots: [] }),
    single_values: () => ({ items: [] }),
    tags: () => ({ tags: [] }),
    charts: () => noCharts(),
    resolve: ({ query }: { query: string }) => ({ objects: query === '{"tags":["sgd"]}' ? [ID] : [] }),
  };

  read: Source['read'] = async (operation, args) => this.answers[operation]?.(args as never) as never;

  edit: Source['edit'] = async (operation, args) => {
    this.edits.push([operation, args]);
    return { state: '2' };
  };

  fileUrl = (experiment: string, hash: string) => `files/${experiment}/${hash}`;
  thumbnailUrl = (experiment: string, hash: string) => `thumbnails/${experiment}/${hash}`;
  plotlyUrl = async () => 'plotly.js';

  watch(_ids: readonly string[], onChange: () => void, abort: AbortSignal): void {
    this.wakes.add(onChange);
    abort.addEventListener('abort', () => this.wakes.delete(onChange));
  }

  get watched(): number {
    return this.wakes.size;
  }

  /** One digit of each metric at an iteration. */
  draw(iteration: number): void {
    for (const metric of ['digits', 'mistakes']) {
      const hash = `${metric} ${iteration}`;
      const image = { kind: 'image', mime: 'image/png', width: 8, height: 8, size: 99, name: null } as const;
      this.samples.push({ metric, variant: 'seven', iteration, hash, ...image });
    }
  }

  private batch({ metric, before, after, limit }: { metric?: string; before?: number; after?: number; limit: number }) {
    const chosen = this.samples.filter(sample => metric === undefined || sample.metric === metric);
    const all = [...new Set(chosen.map(sample => sample.iteration))].sort((a, b) => b - a);
    const older = all.filter(iteration => before === undefined || iteration < before).slice(0, limit);
    const batch = after === undefined ? older : all.filter(iteration => iteration > after).slice(-limit);
    return {
      metrics: [...new Set(this.samples.map(sample => sample.metric))],
      iterations: batch.map(iteration => ({
        iteration,
        samples: chosen.filter(sample => sample.iteration === iteration),
      })),
      older: batch.length > 0 && (all.at(-1) ?? 0) < (batch.at(-1) ?? 0),
      newer: batch.length > 0 && (all[0] ?? 0) > (batch[0] ?? 0),
    };
  }

  print(count: number): void {
    for (let added = 0; added < count; added += 1) {
      const index = this.lines.length;
      this.lines.push({ index, time: null, stream: index % 10 === 3 ? 'stderr' : 'stdout', text: `line ${index}` });
    }
  }

  change(): void {
    for (const wake of this.wakes) {
      wake();
    }
  }
}

function noCharts(): ArrayBuffer {
  const header = new TextEncoder().encode('{"charts":[],"next":"1","unchanged":false}'.padEnd(44));
  const bytes = new Uint8Array(4 + header.length);
  bytes.set(header, 4);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  return bytes.buffer;
}

let source: MemorySource;
let open: AbortController;
let host: HTMLElement;

/** jsdom lays nothing out: boxes are given the heights a browser would give them. */
const VIEW_PX = 320;
const ROW_PX = 16;
const heights: PropertyDescriptorMap = {
  offsetHeight: {
    configurable: true,
    get(this: HTMLElement) {
      return this.classList.contains('tk-log-line') ? ROW_PX : VIEW_PX;
    },
  },
  offsetWidth: { configurable: true, get: () => 600 },
  clientHeight: { configurable: true, get: () => VIEW_PX },
  scrollHeight: {
    configurable: true,
    get(this: HTMLElement) {
      const all = this.querySelector<HTMLElement>('.tk-log-all');
      return all ? Number.parseFloat(all.style.height) : VIEW_PX;
    },
  },
};

beforeEach(() => {
  source = new MemorySource();
  open = new AbortController();
  host = document.body.appendChild(document.createElement('div'));
});

afterEach(() => {
  open.abort();
  cleanup();
  host.remove();
});

function show(changes: Partial<View> = {}): void {
  const view: View = {
    ...{ version: 1, kind: 'experiment', store: { id: 's', path: null }, objects: [ID], query: null },
    ...{ options: { tab: 'Info' }, title: 'sgd' },
    ...changes,
  };
  mount(host, view, source, open.signal);
}

describe('a view that chooses by a query', () => {
  it('shows what the query means now, or says that it finds nothing', async () => {
    show({ objects: [], query: { tags: ['sgd'] } });
    // The first view of a page waits for its code.
    const heading = await screen.findByRole('heading', { name: 'sgd' }, { timeout: 5_000 });
    expect(heading.textContent).toBe('sgd');
    show({ objects: [], query: { tags: ['none'] } });
    expect(await screen.findByText(/finds nothing now/)).toBeTruthy();
  });
});

describe('the experiment view', () => {
  it('has the eight tabs in order, and shows Scalars unless told otherwise', async () => {
    show({ options: {} });
    const tabs = await screen.findAllByRole('tab');
    expect(tabs.map(tab => tab.textContent)).toEqual([
      ...['Execution', 'Configuration', 'Artifacts', 'Info', 'Console', 'Scalars', 'Plots', 'Debug samples'],
    ]);
    expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Scalars');
  });

  it('tells the name, the status in a word, and the ID on demand', async () => {
    show();
    expect((await screen.findByRole('heading', { name: 'sgd' })).textContent).toBe('sgd');
    expect(screen.getAllByText('Running').length).toBeGreaterThan(0);
    fireEvent.click(screen.getByRole('button', { name: 'ID' }));
    const popover = host.querySelector<HTMLElement>('.tk-popover');
    expect(popover && within(popover).getByText(ID)).toBeTruthy();
  });

  it('adds a tag by keyboard and removes one', async () => {
    show();
    fireEvent.click(await screen.findByRole('button', { name: 'Add tag' }));
    const field = (await screen.findByRole('textbox', { name: 'New tag' })) as HTMLInputElement;
    fireEvent.input(field, { target: { value: ' baseline ' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'New tag' })).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Remove tag linear' }));
    expect(source.edits).toEqual([
      ['add_tags', { id: ID, tags: ['baseline'] }],
      ['remove_tags', { id: ID, tags: ['linear'] }],
    ]);
  });

  it('shows a change while it is open', async () => {
    show();
    await screen.findByRole('heading', { name: 'sgd' });
    source.record = record({ name: 'sgd, again', status: 'completed' });
    source.change();
    await screen.findByRole('heading', { name: 'sgd, again' }, { timeout: 3_000 });
    expect(screen.getAllByText('Completed').length).toBeGreaterThan(0);
  });

  it('says what is wrong with an experiment that is not there', async () => {
    show({ objects: ['f'.repeat(32)] });
    expect((await screen.findByRole('alert')).textContent).toContain('There is no such experiment here.');
  });

  it('keeps what it shows while the connection is lost', async () => {
    show();
    await screen.findByRole('heading', { name: 'sgd' });
    source.connected.value = false;
    await screen.findByText('Connection lost, trying again');
    expect(screen.getByRole('heading', { name: 'sgd' })).toBeTruthy();
  });

  it('tells type, description and default of a hyperparameter on hover', async () => {
    show({ options: { tab: 'Configuration' } });
    const row = (await screen.findByRole('rowheader', { name: 'lr' })).closest('tr');
    expect(row?.title).toBe('lr\nType: float\nDescription: Learning rate\nDefault: 0.01');
  });

  it('leaves nothing behind when it is closed', async () => {
    show();
    await screen.findByRole('heading', { name: 'sgd' });
    expect(source.watched).toBeGreaterThan(0);
    open.abort();
    expect(source.watched).toBe(0);
    expect(host.childElementCount).toBe(0);
  });
});

describe('the console', () => {
  const own = Object.getOwnPropertyDescriptors(HTMLElement.prototype);

  beforeEach(() => void Object.defineProperties(HTMLElement.prototype, heights));

  afterEach(() => {
    for (const name of Object.keys(heights)) {
      const before = own[name];
      Reflect.deleteProperty(HTMLElement.prototype, name);
      if (before) {
        Object.defineProperty(HTMLElement.prototype, name, before);
      }
    }
  });

  const log = () => screen.findByRole('log', { name: 'Console' });
  /** A browser tells of every scrolling, whoever did it; jsdom does not. */
  const sees = (box: HTMLElement, text: string) =>
    waitFor(() => {
      fireEvent.scroll(box);
      expect(within(box).getByText(text)).toBeTruthy();
    });
  const toEnd = () => screen.getByRole('button', { name: 'Jump to end' });

  it('shows the end of the log and follows it', async () => {
    source.print(5_000);
    show({ options: { tab: 'Console' } });
    const box = await log();
    await sees(box, 'line 4999');
    expect(box.querySelectorAll('.tk-log-line').length).toBeLessThan(120);
    source.print(40);
    source.change();
    await sees(box, 'line 5039');
    expect(box.scrollTop).toBe(box.scrollHeight);
  });

  it('stays where a person scrolled to, until Jump to end', async () => {
    source.print(5_000);
    show({ options: { tab: 'Console' } });
    const box = await log();
    await sees(box, 'line 4999');
    box.scrollTop = 40_000;
    fireEvent.scroll(box);
    source.print(10);
    source.change();
    await screen.findByText('5,010 lines');
    expect(box.scrollTop).toBe(40_000);
    fireEvent.click(toEnd());
    expect(box.scrollTop).toBe(box.scrollHeight);
  });

  it('tells stderr from stdout', async () => {
    source.print(20);
    show({ options: { tab: 'Console' } });
    const line = await within(await log()).findByText('line 13');
    expect(line.closest('[data-stream]')?.getAttribute('data-stream')).toBe('stderr');
    expect(line.closest('[title]')?.getAttribute('title')).toContain('stderr');
  });

  it('finds in the whole log, not only in what is in sight', async () => {
    source.print(5_000);
    show({ options: { tab: 'Console' } });
    await log();
    fireEvent.input(screen.getByRole('textbox', { name: 'Search' }), { target: { value: 'line 17' } });
    await waitFor(() => expect(screen.getByText('1 of 111')).toBeTruthy());
  });

  it('says how to fill it when nothing was printed', async () => {
    show({ options: { tab: 'Console' } });
    expect((await screen.findByText('print("hello")')).textContent).toBeTruthy();
  });
});

describe('debug samples', () => {
  const button = (name: string) => screen.getByRole('button', { name }) as HTMLButtonElement;
  const shown = () => screen.getAllByRole('heading', { name: /^Iteration/ }).map(heading => heading.textContent);
  const open = async () => {
    for (const iteration of [10, 20, 30, 40, 50]) {
      source.draw(iteration);
    }
    show({ options: { tab: 'Debug samples' } });
    await screen.findByRole('heading', { name: 'Iteration 50' });
  };

  it('begins with the newest iteration and walks to older and newer ones', async () => {
    await open();
    expect(shown()).toEqual(['Iteration 50', 'Iteration 40', 'Iteration 30']);
    expect([button('Newer').disabled, button('Newest').disabled]).toEqual([true, true]);
    fireEvent.click(button('Older'));
    await screen.findByRole('heading', { name: 'Iteration 20' });
    expect(shown()).toEqual(['Iteration 20', 'Iteration 10']);
    expect(button('Older').disabled).toBe(true);
    fireEvent.click(button('Newer'));
    await waitFor(() => expect(shown()).toEqual(['Iteration 50', 'Iteration 40', 'Iteration 30']));
  });

  it('shows one metric on demand', async () => {
    await open();
    expect(screen.getAllByRole('button', { name: /^Open/ })).toHaveLength(6);
    fireEvent.change(screen.getByRole('combobox', { name: 'Metric' }), { target: { value: 'mistakes' } });
    await waitFor(() => expect(screen.getAllByRole('button', { name: /^Open/ })).toHaveLength(3));
    expect(screen.getAllByRole('button', { name: 'Open mistakes / seven' })).toHaveLength(3);
  });

  it('lets newer samples wait while a person has scrolled down', async () => {
    await open();
    screen.getByRole('tabpanel').scrollTop = 200;
    source.draw(60);
    source.change();
    await waitFor(() => expect(button('Newest').disabled).toBe(false));
    expect(shown()[0]).toBe('Iteration 50');
    fireEvent.click(button('Newest'));
    await waitFor(() => expect(shown()[0]).toBe('Iteration 60'));
  });

  it('shows newer samples at once to one who is at the top', async () => {
    await open();
    source.draw(60);
    source.change();
    await waitFor(() => expect(shown()[0]).toBe('Iteration 60'));
  });

  it('opens a sample and moves through its iterations by button, key and slider', async () => {
    await open();
    fireEvent.click(screen.getAllByRole('button', { name: 'Open digits / seven' })[1] as HTMLElement);
    // The viewer's code comes when the first sample is opened.
    const dialog = await waitFor(() => {
      const found = host.querySelector('dialog');
      expect(found).not.toBeNull();
      return found as HTMLDialogElement;
    });
    const within_ = within(dialog);
    const at = () => within_.getByRole('slider', { name: 'Iteration', hidden: true }).getAttribute('aria-valuetext');
    const named = (name: string) => within_.getByRole('button', { name, hidden: true });
    await waitFor(() => expect((named('Next') as HTMLButtonElement).disabled).toBe(false));
    expect(at()).toBe('iteration 40');
    fireEvent.click(named('Previous'));
    expect(at()).toBe('iteration 30');
    fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    fireEvent.keyDown(dialog, { key: 'ArrowRight' });
    expect(at()).toBe('iteration 50');
    fireEvent.input(within_.getByRole('slider', { name: 'Iteration', hidden: true }), { target: { value: '0' } });
    expect(at()).toBe('iteration 10');
    expect(dialog.querySelector('img')?.getAttribute('src')).toBe(`files/${ID}/digits 10`);
    for (const name of ['Zoom in', 'Zoom out', 'Fit', 'Download', 'Close']) {
      expect(named(name)).toBeTruthy();
    }
  });

  it('keeps logged pages in a sandbox that allows nothing', async () => {
    source.samples.push({
      ...{ metric: 'page', variant: 'summary', iteration: 1, kind: 'html', mime: 'text/html', width: null },
      ...{ height: null, size: 9, hash: 'h', name: null },
    });
    show({ options: { tab: 'Debug samples' } });
    const frame = await waitFor(() => host.querySelector('iframe') ?? Promise.reject(new Error('no frame')));
    expect([frame.getAttribute('sandbox'), frame.getAttribute('src')]).toEqual(['', `files/${ID}/h`]);
  });
});

it('shows a message and the line of code that comes with it', () => {
  show({ kind: 'message', objects: [], options: { text: 'No experiment yet.', code: 'track.start("first")' } });
  expect(host.textContent).toContain('No experiment yet.');
  expect(screen.getByText('track.start("first")')).toBeTruthy();
});
