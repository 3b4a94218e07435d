// The frame of a plot: title left, controls right that appear on hover or focus, the plot below.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
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

/** The controls of a card that is only looked at are made after so many milliseconds at the latest. */
const SOON_MS = 400;

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

/** Whether the controls are made: when nothing else is to be done, or a hand comes. */
function useControls() {
  const made = useSignal(false);
  const make = () => {
    made.value = true;
  };
  useEffect(() => {
    if (typeof requestIdleCallback === 'undefined') {
      const timer = setTimeout(make, SOON_MS);
      return () => clearTimeout(timer);
    }
    const idle = requestIdleCallback(make, { timeout: SOON_MS });
    return () => cancelIdleCallback(idle);
  }, []);
  return { made: made.value, make };
}

export function Card({ title, width, controls, notes, said, children }: CardProps) {
  const { made, make } = useControls();
  return (
    <section
      class="tk-chart"
      aria-label={title}
      onKeyDown={shortcuts(controls)}
      onPointerEnter={make}
      onFocusCapture={make}
    >
      <div class="tk-chart-head">
        <h3 class="tk-chart-title">
          <Middle text={title} />
        </h3>
        {notes.length > 0 && (
          <span class="tk-chart-notes" title={notes.join('\n')}>
            {notes.join(' · ')}
          </span>
        )}
        {made && <Toolbar label={`Plot controls of ${title}`} controls={controls} width={width - titleRoom(title)} />}
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
