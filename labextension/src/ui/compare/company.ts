// What the sections of a comparison have in common: its experiments, the base, what is brushed, who is pointed at.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';
import type { ComparisonAnswer, Head, HeadGroup } from './answers';

export interface Company {
  source: Source;
  answer: ComparisonAnswer;
  /** Ids of those that are chosen, also while they are not read yet. */
  ids: readonly string[];
  /** Chosen beyond what is compared at once. */
  more: number;
  /** All experiments that are there, and those that all brushes take. */
  heads: readonly Head[];
  shown: readonly Head[];
  /** Those that are one line in the curves; empty where each has its own. */
  groups: readonly HeadGroup[];
  base: string | null;
  /** The experiment, or the group of them, that is pointed at, in whichever section. */
  lit: Signal<string | null>;
  /** What was chosen, as the view's options. */
  options: ViewOptions;
  keep: (patch: Partial<ViewOptions>) => void;
  setObjects: (ids: string[]) => void;
  setBase: (id: string | null) => void;
  setBrushed: (ids: ReadonlySet<string> | null) => void;
}

const CompanyContext = createContext<ReadonlySignal<Company> | null>(null);

export const CompanyProvider = CompanyContext.Provider;

export function useCompany(): Company {
  return (useContext(CompanyContext) as ReadonlySignal<Company>).value;
}

/** Experiments in the colours of their groups, where they have some: those of the curves. */
export function inColors(heads: readonly Head[], groups: readonly HeadGroup[]): readonly Head[] {
  const looks = new Map(groups.flatMap(({ color, dash, members }) => members.map(id => [id, { color, dash }])));
  return groups.length > 0 ? heads.map(head => ({ ...head, ...looks.get(head.id) })) : heads;
}

/** So many experiments are told apart by their colours; so many groups, which were asked for, take them in any case. */
const [NAMED, GROUPED] = [12, 20];

/** Whether lines and points have the colours of their groups, or their own, until another is chosen. */
export function areTold(groups: readonly HeadGroup[], heads: readonly Head[]): boolean {
  return groups.length > 0 ? groups.length <= GROUPED : heads.length <= NAMED;
}

/** Whether an experiment is pointed at: itself, or as a member of the group that is. */
export function isLit(id: string, lit: string | null, groups: readonly HeadGroup[]): boolean {
  return id === lit || (groups.find(group => group.id === lit)?.members.includes(id) ?? false);
}

/** Which experiments are one line, as the reads take it. */
export function groupingOf(options: ViewOptions): { by?: string[]; over?: string[] } {
  const [by, over] = [textsOf(options.by), textsOf(options.over)];
  return { ...(by.length > 0 && { by }), ...(over.length > 0 && { over }) };
}

export const nobody = signal<string | null>(null);

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** How a metric is named by its key: what is logged without a variant by its metric alone. */
export function nameOf(metric: string, variant: string): string {
  return metric === variant ? metric : `${metric}/${variant}`;
}

export interface Target {
  /** As `parallel` takes it. */
  name: string;
  label: string;
}

/** What can be asked of the experiments: metrics first, those of the machine last, then single values. */
export function targetsOf({ metrics, singles }: ComparisonAnswer): Target[] {
  const named = metrics.map(([metric, variant]) => ({ name: `${metric}/${variant}`, label: nameOf(metric, variant) }));
  const own = named.filter(one => !one.name.startsWith(':'));
  const monitored = named.filter(one => one.name.startsWith(':'));
  return [...own, ...singles.map(([name]) => ({ name: `single/${name}`, label: name })), ...monitored];
}

/** A metric as it is written with or without its variant, and with the value that is meant. */
export function targetNamed(targets: readonly Target[], name: string): Target | undefined {
  const bare = name.replace(/\.(value|min_value|max_value|mean_value|first_value)$/, '');
  return targets.find(one => one.name === bare || one.label === bare);
}

export const VALUE_TYPES = [
  ['value', 'Last'],
  ['min_value', 'Minimum'],
  ['max_value', 'Maximum'],
  ['mean_value', 'Mean'],
  ['first_value', 'First'],
] as const;
