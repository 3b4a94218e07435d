// A value that is edited in place: saved by Enter, left by Escape; a refusal stands beneath, and what was written stays.

import { useSignal } from '@preact/signals';
import { Check, X } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import '../styles/code.css';
import { wordsOf } from '../source';
import { Button } from './icon';

interface EditFieldProps {
  /** What the value is called. */
  label: string;
  value: string;
  /** Several lines: Enter writes a new one, Ctrl+Enter saves. */
  lines?: boolean;
  tall?: boolean;
  /** The values there are. */
  choices?: readonly string[];
  /** Asks for a name too, and for more names before it. */
  names?: { label: string; value: string }[];
  onSave: (value: string, ...names: string[]) => Promise<unknown>;
  onClose: () => void;
}

export function EditField({ label, value, lines, tall, choices, names = [], onSave, onClose }: EditFieldProps) {
  const text = useSignal(value);
  const named = useSignal(names.map(name => name.value));
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const box = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const fields = box.current?.querySelectorAll<HTMLInputElement>('input, textarea, select');
    const first = [...(fields ?? [])].find(field => !field.value) ?? fields?.[fields.length - 1];
    first?.focus();
  }, []);
  const save = async () => {
    if (busy.value) {
      return;
    }
    busy.value = true;
    problem.value = null;
    try {
      await onSave(text.value, ...named.value);
      onClose();
    } catch (reason) {
      problem.value = wordsOf(reason);
    }
    busy.value = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    } else if (event.key === 'Enter' && (!lines || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void save();
    }
  };
  const common = {
    'aria-label': label,
    'aria-invalid': problem.value !== null,
    value: text.value,
    spellcheck: false,
    onInput: (event: { currentTarget: { value: string } }) => {
      text.value = event.currentTarget.value;
    },
  };
  return (
    <form ref={box} class="tk-edit" onKeyDown={onKeyDown} onSubmit={event => event.preventDefault()}>
      {names.map((name, index) => (
        <input
          key={name.label}
          type="text"
          class="tk-input tk-edit-name"
          aria-label={name.label}
          placeholder={name.label}
          spellcheck={false}
          value={named.value[index] ?? ''}
          onInput={event => {
            named.value = named.value.map((old, place) => (place === index ? event.currentTarget.value : old));
          }}
        />
      ))}
      {choices ? (
        <select class="tk-choice" {...common}>
          <option value="">None</option>
          {choices.map(choice => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : lines ? (
        <textarea class={`tk-textarea ${tall ? 'tk-tall' : ''}`} {...common} />
      ) : (
        <input type="text" class="tk-input" placeholder={label} {...common} />
      )}
      <Button label="Save" icon={Check} shortcut={lines ? 'Ctrl+Enter' : 'Enter'} onClick={() => void save()} />
      <Button label="Cancel" icon={X} shortcut="Esc" onClick={onClose} />
      {problem.value && (
        <span class="tk-problem-inline" role="alert">
          {problem.value}
        </span>
      )}
    </form>
  );
}
