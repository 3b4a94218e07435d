// A box that narrows a list by what is typed.

import { type Signal, useSignal } from '@preact/signals';
import { Search as Glass, X } from 'lucide';
import { useRef } from 'preact/hooks';
import { Icon } from './icon';

interface SearchProps {
  text: Signal<string>;
  label?: string;
  placeholder?: string;
  onKeyDown?: (event: KeyboardEvent) => void;
}

export function Search({ text, label = 'Search', placeholder = 'Search', onKeyDown }: SearchProps) {
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    text.value = '';
    field.current?.focus();
  };
  return (
    <span class="tk-search">
      <Icon of={Glass} size={14} />
      <input
        ref={field}
        type="text"
        class="tk-input"
        aria-label={label}
        placeholder={placeholder}
        title={`${label} (/)`}
        spellcheck={false}
        value={text.value}
        onInput={event => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Escape' && text.value) {
            event.stopPropagation();
            clear();
          }
          onKeyDown?.(event);
        }}
      />
      {text.value && (
        <button type="button" class="tk-search-clear" aria-label="Clear" title="Clear (Esc)" onClick={clear}>
          <Icon of={X} size={12} />
        </button>
      )}
    </span>
  );
}

/** A text signal and the test it makes: every typed word must occur. */
export function useFilter(): { text: Signal<string>; matches: (...texts: (string | null | undefined)[]) => boolean } {
  const text = useSignal('');
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    text,
    matches: (...texts) => {
      const whole = texts.filter(Boolean).join(' ').toLowerCase();
      return words.every(word => whole.includes(word));
    },
  };
}
