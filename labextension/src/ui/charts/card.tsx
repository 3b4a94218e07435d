// The frame of a plot: title left, controls right that appear on hover or focus, the plot below.

import type { ComponentChildren } from 'preact';
import { Middle } from '../parts/middle';
import { type Control, Toolbar } from './toolbar';
import '../styles/charts.css';

interface CardProps {
  title: string;
  /** Room for the controls, in CSS pixels. */
  width: number;
  controls: Control[];
  /** What is worth knowing about the data: how much of it is shown, what has no place on the axes. */
  notes: string[];
  /** Something to be said after an action, or a refusal. */
  said: string | null;
  children: ComponentChildren;
}

/** Of the head, this much stays with the title. */
function titleRoom(title: string): number {
  return Math.min(104, 44 + 6 * title.length);
}

/** Letters run the controls that name them. What has no letter is a key of the drawing itself. */
export function shortcuts(controls: readonly Control[]) {
  return (event: KeyboardEvent) => {
    const typed = (event.target as HTMLElement).matches('input:not([type=range]), textarea, select');
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !typed && /^[a-z]$/.test(event.key);
    const control = plain && controls.find(one => one.shortcut === event.key);
    if (control) {
      event.preventDefault();
      control.run();
    }
  };
}

export function Card({ title, width, controls, notes, said, children }: CardProps) {
  return (
    <section class="tk-chart" aria-label={title} onKeyDown={shortcuts(controls)}>
      <div class="tk-chart-head">
        <h3 class="tk-chart-title">
          <Middle text={title} />
        </h3>
        {notes.length > 0 && (
          <span class="tk-chart-notes" title={notes.join('\n')}>
            {notes.join(' · ')}
          </span>
        )}
        <Toolbar label={`Plot controls of ${title}`} controls={controls} width={width - titleRoom(title)} />
      </div>
      {children}
      <span class={said ? 'tk-chart-said' : 'tk-spoken'} role="status">
        {said}
      </span>
    </section>
  );
}

/** The place of a card that is far from the screen: its title and its size, nothing else. */
export function CardPlace({ title }: { title: string }) {
  return (
    <section class="tk-chart" aria-label={title}>
      <div class="tk-chart-head">
        <h3 class="tk-chart-title">
          <Middle text={title} />
        </h3>
      </div>
      <div class="tk-plot" />
    </section>
  );
}
