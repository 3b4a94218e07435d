// The tools beside the curves: grouping, axis, smoothing, and which plots are shown.

import type { Signal } from '@preact/signals';
import { Eye, EyeOff, Regex } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../parts/icon';
import { lazy } from '../parts/lazy';
import '../styles/charts.css';
import { Middle } from '../parts/middle';
import { Search } from '../parts/search';
import type { NameFilter } from './filter';

interface ChoiceProps<T extends string> {
  label: string;
  /** Null where none of them holds. */
  value: T | null;
  choices: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

const Sighted = lazy(async () => (await import('./sighted')).Sighted);

let groups = 0;

/** Of longer lists only the names in sight are made. */
const MANY = 100;

/** One of a few, all of them in sight. */
export function Choice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  const name = useRef('');
  if (!name.current) {
    groups += 1;
    name.current = `tk-choice-${groups}`;
  }
  return (
    <div class="tk-setting" role="radiogroup" aria-label={label}>
      <span class="tk-setting-label" aria-hidden="true">
        {label}
      </span>
      <div class="tk-segments">
        {choices.map(([key, text]) => (
          <label key={key} class={key === value ? 'tk-segment tk-selected' : 'tk-segment'}>
            <input
              type="radio"
              class="tk-segment-input"
              name={name.current}
              value={key}
              checked={key === value}
              onChange={() => onChange(key)}
            />
            {text}
          </label>
        ))}
      </div>
    </div>
  );
}

interface SwitchProps {
  label: string;
  /** What it is called where the label stands beside what it is of, and alone would not say so. */
  name?: string;
  on: boolean;
  disabled?: boolean;
  /** What it does, or why it cannot. */
  title?: string;
  onChange: (on: boolean) => void;
}

export function Switch({ label, name, on, disabled, title, onChange }: SwitchProps) {
  return (
    <label class="tk-switch" title={title}>
      <input
        type="checkbox"
        aria-label={name}
        title={title}
        checked={on}
        disabled={disabled}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}

export interface Listed {
  id: string;
  title: string;
}

interface ListProps {
  plots: readonly Listed[];
  filter: Pick<NameFilter, 'text' | 'matches'> & Partial<NameFilter>;
  hidden: Signal<ReadonlySet<string>>;
  onHidden: (hidden: ReadonlySet<string>) => void;
}

/** Every plot by name, with an eye that shows or hides it. */
export function PlotList({ plots, filter, hidden, onHidden }: ListProps) {
  const off = hidden.value;
  const listed = plots.filter(plot => filter.matches(plot.title));
  const all = plots.length > 0 && plots.every(plot => off.has(plot.id));
  const toggle = (id: string) => {
    const next = new Set(off);
    if (!next.delete(id)) {
      next.add(id);
    }
    onHidden(next);
  };
  const list = useRef<HTMLUListElement>(null);
  const entry = ({ id, title }: Listed, at: number) => (
    <li
      key={id}
      aria-setsize={listed.length}
      aria-posinset={at + 1}
      class={off.has(id) ? 'tk-plot-entry tk-off' : 'tk-plot-entry'}
    >
      <Middle text={title} />
      <Button
        label={`${off.has(id) ? 'Show' : 'Hide'} plot ${title}`}
        icon={off.has(id) ? EyeOff : Eye}
        onClick={() => toggle(id)}
      />
    </li>
  );
  return (
    <div class="tk-setting tk-plots-setting">
      <div class="tk-setting-line">
        <span class="tk-setting-label">Plots</span>
        <button
          type="button"
          class="tk-button tk-quiet"
          disabled={plots.length === 0}
          onClick={() => onHidden(all ? new Set() : new Set(plots.map(plot => plot.id)))}
        >
          {all ? 'Show all' : 'Hide all'}
        </button>
      </div>
      <div class="tk-plots-filter">
        <Search text={filter.text} placeholder="Filter by name" />
        {filter.regex && (
          <Button
            label="Regular expression"
            icon={Regex}
            pressed={filter.regex.value}
            onClick={() => {
              (filter.regex as Signal<boolean>).value = !filter.regex?.value;
            }}
          />
        )}
      </div>
      {filter.problem && (
        <p class="tk-setting-problem" role="alert">
          {filter.problem}
        </p>
      )}
      <ul class="tk-plot-list" aria-label="Plots" ref={list}>
        {listed.length > MANY ? (
          <Sighted list={list} plots={listed}>
            {entry}
          </Sighted>
        ) : (
          listed.map(entry)
        )}
      </ul>
      {listed.length === 0 && plots.length > 0 && <p class="tk-nothing">No plot has that name.</p>}
    </div>
  );
}

/** Where the tools stand: at the left of the plots, or behind a gear. */
export function ToolsPanel({ children }: { children: ComponentChildren }) {
  return (
    <section class="tk-tools-panel" aria-label="Plot settings">
      {children}
    </section>
  );
}
