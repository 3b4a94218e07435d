// A filter by values of which several may be picked: a button with what is picked, and a list of boxes below it.

import type { Signal } from '@preact/signals';
import { ChevronDown } from 'lucide';
import { Icon } from './icon';
import { Popover } from './popover';
import '../styles/picks.css';

export interface Pick {
  value: string;
  /** What is shown in its place. */
  word?: string;
}

interface PicksProps {
  label: string;
  choices: Pick[];
  picked: Signal<readonly string[]>;
}

export function Picks({ label, choices, picked }: PicksProps) {
  const chosen = picked.value;
  // What was picked stays in the list, also when nothing has it any more.
  const gone = chosen.filter(value => !choices.some(choice => choice.value === value)).map(value => ({ value }));
  const all: Pick[] = [...choices, ...gone];
  const toggle = (value: string) => {
    picked.value = chosen.includes(value) ? chosen.filter(one => one !== value) : [...chosen, value];
  };
  const title = (
    <>
      {label}
      {chosen.length > 0 && <span class="tk-pick-count tk-number">{chosen.length}</span>}
      <Icon of={ChevronDown} size={12} />
    </>
  );
  return (
    <Popover label={`Filter by ${label.toLowerCase()}`} title={title} class="tk-picks">
      {all.length === 0 && <span class="tk-faint">Nothing to choose from.</span>}
      {all.map(({ value, word }) => (
        <label key={value} class="tk-pick">
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span class="tk-cut" title={word ?? value}>
            {word ?? value}
          </span>
        </label>
      ))}
      {chosen.length > 0 && (
        <button
          type="button"
          class="tk-button"
          onClick={() => {
            picked.value = [];
          }}
        >
          Show all
        </button>
      )}
    </Popover>
  );
}
