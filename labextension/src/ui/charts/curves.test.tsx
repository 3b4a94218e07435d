import { signal } from '@preact/signals';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChartsArguments, ReadName } from '../protocol';
import type { Source } from '../source';
import { ScalarsTab } from '../views/scalars';
import { CurveReader, PAGE } from './reader';
import { PLAIN } from './settings';

interface Held {
  [metric: string]: { [variant: string]: number[] };
}

/** A source with everything in memory, that writes the wire format and keeps what it was asked. */
function memory(metrics: Held) {
  const asked: ChartsArguments[] = [];
  const changed = new Set<() => void>();
  const charts = (args: ChartsArguments): ArrayBuffer => {
    asked.push(args);
    const columns: number[] = [];
    const put = (values: number[]) => [columns.push(...values) - values.length, values.length];
    const groups = new Map<string, object[]>();
    for (const [metric, variants] of Object.entries(metrics)) {
      for (const [variant, y] of Object.entries(variants)) {
        if (args.metrics?.length && !args.metrics.includes(metric)) {
          continue;
        }
        const id = args.group_by === 'none' ? `${metric}/${variant}` : metric;
        const names = {
          id: `e/${metric}/${variant}`,
          experiment: 'e',
          name: variant,
          metric,
          variant,
          color: 0,
          dash: 0,
        };
        const counts = { total: y.length, shown: y.length, sampled: false, first: 0, last: y.at(-1) ?? null };
        const place = { x: put(y.map((_, at) => at)), y: put(y) };
        groups.set(id, [
          ...(groups.get(id) ?? []),
          { ...names, ...counts, nonfinite: [], nonfinite_count: 0, columns: place },
        ]);
      }
    }
    const axes = { x: { kind: args.xaxis, label: null, unit: null }, y: { label: null } };
    const list = [...groups].map(([id, series]) => ({ id, title: id, kind: 'line', ...axes, series }));
    const text = JSON.stringify({ charts: list, next: 'next', unchanged: false });
    const head = new TextEncoder().encode(text.padEnd(text.length + ((8 - ((4 + text.length) % 8)) % 8)));
    const whole = new ArrayBuffer(4 + head.length + columns.length * 8);
    new DataView(whole).setUint32(0, head.length, true);
    new Uint8Array(whole, 4).set(head);
    new Float64Array(whole, 4 + head.length).set(columns);
    return whole;
  };
  const source = {
    connected: signal(true),
    read: async (operation: ReadName, args: never) => {
      if (operation === 'charts') {
        return charts(args);
      }
      if (operation === 'experiment') {
        const named = Object.entries(metrics).map(([metric, variants]) => [
          metric,
          Object.fromEntries(Object.keys(variants).map(variant => [variant, {}])),
        ]);
        return { metrics: Object.fromEntries(named) };
      }
      return { items: [{ id: 'e', name: 'e', values: { 'final accuracy': 0.97123 } }] };
    },
    edit: async () => ({ state: '' }),
    fileUrl: () => '',
    plotlyUrl: async () => '',
    watch: (_: readonly string[], onChange: () => void, stop: AbortSignal) => {
      changed.add(onChange);
      stop.addEventListener('abort', () => changed.delete(onChange));
    },
  };
  const change = () => {
    for (const tell of changed) {
      tell();
    }
  };
  return { source: source as unknown as Source, asked, change };
}

const settings = PLAIN;

beforeEach(() => {
  localStorage.clear();
  // jsdom has no layout: nothing is ever measured there.
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the reader', () => {
  const many: Held = Object.fromEntries(Array.from({ length: 3 * PAGE }, (_, at) => [`m${at}`, { v: [1, 2] }]));

  it('reads a few metrics at once, and asks with the cursor afterwards', async () => {
    const { source, asked } = memory({ loss: { train: [1] } });
    const reader = new CurveReader(source, ['e'], {}, settings);
    reader.wake();
    await waitFor(() => expect(reader.slots.value.map(slot => slot.id)).toEqual(['loss']));
    reader.wake();
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked.map(args => args.since)).toEqual(['', 'next']);
    reader.dispose();
  });

  it('reads the pages of many experiments one after another', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `m${at}`);
    const { source, asked } = memory(Object.fromEntries(names.map(name => [name, { v: [1] }])));
    const waiting: (() => void)[] = [];
    const slow: Source = {
      ...source,
      read: async (...args: Parameters<Source['read']>) => {
        const answer = await source.read(...args);
        await new Promise<void>(resolve => waiting.push(resolve));
        return answer;
      },
    } as Source;
    const objects = Array.from({ length: 20 }, (_, at) => `e${at}`);
    const known = { names: names.map(name => [name, 'v'] as const), colors: new Map<string, number>() };
    const reader = new CurveReader(slow, objects, {}, settings, {}, known);
    reader.wake();
    await waitFor(() => expect(reader.slots.value).toHaveLength(12));
    reader.want('m0', true);
    reader.want('m11', true);
    await waitFor(() => expect(waiting).toHaveLength(1));
    expect(asked.map(args => args.metrics)).toEqual([names.slice(0, 6)]);
    waiting[0]?.();
    await waitFor(() => expect(asked.map(args => args.metrics?.[0])).toEqual(['m0', 'm6']));
    reader.dispose();
  });

  it('asks for groups and for a metric as the axis', async () => {
    const { source, asked } = memory({ loss: { train: [1] } });
    const more = { over: ['seed'], band: 'std' } as const;
    const reader = new CurveReader(source, ['e'], {}, { ...settings, xMetric: 'epoch' }, { ...more, over: ['seed'] });
    reader.wake();
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]).toMatchObject({ ...more, xaxis: 'metric', x_metric: 'epoch', group_by: 'metric' });
    reader.dispose();
  });

  it('lists many metrics without reading them, and reads the page that is looked at', async () => {
    const { source, asked } = memory(many);
    const reader = new CurveReader(source, ['e'], {}, settings);
    reader.wake();
    await waitFor(() => expect(reader.slots.value).toHaveLength(3 * PAGE));
    expect(asked).toHaveLength(0);
    reader.want('m30', true);
    await waitFor(() => expect(reader.slots.value[30]?.model.value).not.toBeNull());
    expect(asked).toHaveLength(1);
    expect(asked[0]?.metrics).toHaveLength(PAGE);
    expect(reader.slots.value[0]?.model.value).toBeNull();
    reader.dispose();
  });

  it('begins anew when the question changes', async () => {
    const { source, asked } = memory({ loss: { train: [1], val: [2] } });
    const reader = new CurveReader(source, ['e'], {}, settings);
    reader.wake();
    await waitFor(() => expect(reader.slots.value).toHaveLength(1));
    reader.configure({ ...settings, groupBy: 'none' });
    await waitFor(() => expect(reader.slots.value.map(slot => slot.id)).toEqual(['loss/train', 'loss/val']));
    expect(asked.at(-1)).toMatchObject({ group_by: 'none', since: '' });
    reader.dispose();
  });
});

describe('the Scalars tab', () => {
  const shown = async (metrics: Held) => {
    const held = memory(metrics);
    render(<ScalarsTab source={held.source} objects={['e']} options={{}} live={signal(true)} />);
    const open = async () => fireEvent.click(await screen.findByRole('button', { name: 'Settings' }));
    return { ...held, open };
  };
  const two: Held = { loss: { train: [3, 2], val: [4, 3] }, accuracy: { val: [0.1, 0.2] } };

  beforeEach(() => {
    // A narrow view: its tools are behind the gear.
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  });

  it('shows a card for each metric and the single values', async () => {
    await shown(two);
    expect(await screen.findByRole('region', { name: 'loss' })).toBeTruthy();
    expect(screen.getByRole('region', { name: 'accuracy' })).toBeTruthy();
    expect(within(await screen.findByRole('region', { name: 'Summary' })).getByText('0.9712')).toBeTruthy();
  });

  it('groups, changes the axis and smooths', async () => {
    const { open, asked } = await shown(two);
    await screen.findByRole('region', { name: 'loss' });
    await open();
    const group = within(screen.getByRole('radiogroup', { name: 'Group by' }));
    fireEvent.click(group.getByRole('radio', { name: 'None' }));
    expect(await screen.findByRole('region', { name: 'loss/train' })).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: 'Wall' }));
    await waitFor(() => expect(asked.at(-1)).toMatchObject({ group_by: 'none', xaxis: 'wall' }));
    fireEvent.input(screen.getByRole('spinbutton', { name: 'Smoothing' }), { target: { value: '2' } });
    await waitFor(() => expect(asked.at(-1)?.smoothing).toBe(0.999));
    expect((screen.getByRole('slider', { name: 'Smoothing' }) as HTMLInputElement).value).toBe('0.999');
  });

  it('hides all plots and shows one', async () => {
    const { open } = await shown(two);
    await screen.findByRole('region', { name: 'loss' });
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Hide all' }));
    expect(screen.queryByRole('region', { name: 'loss' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Show plot loss' }));
    expect(await screen.findByRole('region', { name: 'loss' })).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'accuracy' })).toBeNull();
  });

  it('brings in a metric that is new', async () => {
    const growing: Held = { loss: { train: [1] } };
    const { change } = await shown(growing);
    await screen.findByRole('region', { name: 'loss' });
    growing.accuracy = { val: [0.5] };
    change();
    expect(await screen.findByRole('region', { name: 'accuracy' })).toBeTruthy();
  });

  it('says what would be here', async () => {
    await shown({});
    expect(await screen.findByText(/appear here/)).toBeTruthy();
  });
});
