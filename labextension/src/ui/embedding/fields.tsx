// Fields that suggest what there is: one text, or several as tokens.

import { useSignal } from '@preact/signals';
import { X } from 'lucide';
import { useId } from 'preact/hooks';
import { Icon } from '../parts/icon';

/** More than a person reads; typing narrows them. */
const MOST = 200;

interface FieldProps {
  label: string;
  placeholder?: string;
  choices: readonly string[];
  /** Without its label above it. */
  bare?: boolean;
}

interface SuggestingProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
}

export function Suggesting({ label, placeholder, choices, bare, value, onChange }: SuggestingProps) {
  const id = useId();
  const input = (
    <>
      <input
        class="tk-input"
        list={id}
        aria-label={label}
        placeholder={placeholder ?? label}
        spellcheck={false}
        autocomplete="off"
        value={value}
        onInput={event => onChange(event.currentTarget.value)}
      />
      <Choices id={id} choices={choices} typed={value} />
    </>
  );
  return bare ? (
    <span class="tk-compose-suggesting">{input}</span>
  ) : (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box is in it
    <label class="tk-compose-field">
      {label}
      {input}
    </label>
  );
}

interface TokensProps extends FieldProps {
  values: readonly string[];
  onChange: (values: string[]) => void;
}

/** Enter and a choice add a token, Backspace at the beginning takes the last one away. */
export function Tokens({ label, placeholder, choices, bare, values, onChange }: TokensProps) {
  const id = useId();
  const typed = useSignal('');
  const add = (text: string) => {
    const value = text.trim();
    typed.value = '';
    if (value && !values.includes(value)) {
      onChange([...values, value]);
    }
  };
  const left = choices.filter(choice => !values.includes(choice));
  const box = (
    <span class="tk-tokens">
      {values.map(value => (
        <span key={value} class="tk-token">
          <span class="tk-cut" title={value}>
            {value}
          </span>
          <button
            type="button"
            aria-label={`Remove ${value}`}
            onClick={() => onChange(values.filter(one => one !== value))}
          >
            <Icon of={X} size={10} />
          </button>
        </span>
      ))}
      <input
        list={id}
        aria-label={label}
        placeholder={values.length === 0 ? (placeholder ?? label) : ''}
        spellcheck={false}
        autocomplete="off"
        value={typed.value}
        onInput={event => {
          typed.value = event.currentTarget.value;
          if (left.includes(typed.value) && !(event as InputEvent).data) {
            add(typed.value); // picked from the list, which types no letter
          }
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' || event.key === ',') {
            event.preventDefault();
            add(typed.value);
          } else if (event.key === 'Backspace' && !typed.value && values.length > 0) {
            onChange(values.slice(0, -1));
          }
        }}
        onBlur={() => add(typed.value)}
      />
      <Choices id={id} choices={left} typed={typed.value} />
    </span>
  );
  return bare ? (
    box
  ) : (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box is in it
    <label class="tk-compose-field tk-compose-wide">
      {label}
      {box}
    </label>
  );
}

function Choices({ id, choices, typed }: { id: string; choices: readonly string[]; typed: string }) {
  const wanted = typed.toLocaleLowerCase();
  const found = choices.filter(choice => choice.toLocaleLowerCase().includes(wanted)).slice(0, MOST);
  return (
    <datalist id={id}>
      {found.map(choice => (
        <option key={choice} value={choice} />
      ))}
    </datalist>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

/** One of a few. */
export function Select<T extends string>({ label, value, choices, onChange }: SelectProps<T>) {
  return (
    <label class="tk-compose-field">
      {label}
      <select class="tk-choice" value={value} onChange={event => onChange(event.currentTarget.value as T)}>
        {choices.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}
