// The search box of the table: the query grammar with completion, and the place of an error marked where it stands.

import { type Signal, useSignal } from '@preact/signals';
import { Search as Glass, X } from 'lucide';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon';
import type { FieldsAnswer, TableAnswer } from '../protocol';
import { type Completion, completions, meantBy } from './completing';
import type { Kind } from './kinds';

interface QueryBoxProps {
  kind: Kind;
  /** What is asked; follows what is typed after a moment. */
  query: Signal<string>;
  fields: FieldsAnswer | undefined;
  problem: TableAnswer['problem'];
}

const PAUSE_MS = 200;

export function QueryBox({ kind, query, fields, problem }: QueryBoxProps) {
  const id = useId();
  const typed = useSignal(query.peek());
  const offers = useSignal<Completion[]>([]);
  const at = useSignal(-1);
  const left = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    if (query.value !== typed.peek()) {
      typed.value = query.value; // chosen elsewhere: a saved view
    }
  }, [query.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (pause: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      query.value = typed.peek();
    }, pause);
  };
  const type = (text: string, pause = PAUSE_MS) => {
    typed.value = text;
    ask(pause);
  };
  const offer = (caret: number) => {
    offers.value = completions(typed.peek(), caret, fields, kind);
    at.value = -1;
  };
  const hide = () => {
    offers.value = [];
  };
  const replace = (start: number, end: number, text: string) => {
    const input = field.current as HTMLInputElement;
    type(typed.peek().slice(0, start) + text + typed.peek().slice(end));
    hide();
    input.focus();
    requestAnimationFrame(() => input.setSelectionRange(start + text.length, start + text.length));
  };
  const take = (one: Completion) => replace(one.start, field.current?.selectionStart ?? one.start, one.text);
  const onKeyDown = (event: KeyboardEvent) => {
    const many = offers.value.length;
    const chosen = offers.value[at.value];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (many > 0) {
        at.value = (at.value + (event.key === 'ArrowDown' ? 1 : many + (at.value < 0 ? 0 : -1))) % many;
      } else {
        offer(field.current?.selectionStart ?? typed.value.length);
      }
    } else if (event.key === 'Tab' && many > 0 && !event.shiftKey) {
      take(chosen ?? (offers.value[0] as Completion));
    } else if (event.key === 'Enter') {
      if (chosen) {
        take(chosen);
      } else {
        hide();
        ask(0);
      }
    } else if (event.key === 'Escape' && (many > 0 || typed.value)) {
      event.stopPropagation();
      if (many > 0) {
        hide();
      } else {
        type('', 0);
      }
    } else {
      return;
    }
    event.preventDefault();
  };
  // A mark belongs to the text that was asked, not to one typed since.
  const wrong = problem && typed.value === query.value ? problem : null;
  const { word, meant, said } = meantBy(wrong?.message ?? '', typed.value.slice(wrong?.place ?? 0), fields);
  return (
    <div class="tk-query">
      <span class="tk-search tk-query-box">
        <Icon of={Glass} size={14} />
        {wrong && (
          <span class="tk-query-mirror" aria-hidden="true">
            <span style={{ transform: `translateX(${-left.value}px)` }}>
              {typed.value.slice(0, wrong.place)}
              <mark>{word || typed.value.slice(wrong.place, wrong.place + 1) || ' '}</mark>
            </span>
          </span>
        )}
        <input
          ref={field}
          type="text"
          class="tk-input"
          role="combobox"
          aria-label={`Search ${kind.many}`}
          aria-expanded={offers.value.length > 0}
          aria-controls={`${id}-offers`}
          aria-autocomplete="list"
          aria-invalid={wrong !== null}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          aria-activedescendant={at.value >= 0 ? `${id}-${at.value}` : undefined}
          placeholder={kind.placeholder}
          title="Words in name, id or description; or a query (/)"
          spellcheck={false}
          autocomplete="off"
          value={typed.value}
          onInput={event => {
            type(event.currentTarget.value);
            offer(event.currentTarget.selectionStart ?? 0);
          }}
          onScroll={event => {
            left.value = event.currentTarget.scrollLeft;
          }}
          onKeyDown={onKeyDown}
          onBlur={hide}
        />
        {typed.value && (
          <button
            type="button"
            class="tk-search-clear"
            aria-label="Clear"
            title="Clear (Esc)"
            onClick={() => replace(0, typed.value.length, '')}
          >
            <Icon of={X} size={12} />
          </button>
        )}
        {offers.value.length > 0 && (
          <div id={`${id}-offers`} class="tk-offers" role="listbox" aria-label="Completions">
            {offers.value.map((one, index) => (
              <div
                key={one.text}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at.value}
                class="tk-offer"
                onPointerDown={event => {
                  event.preventDefault();
                  take(one);
                }}
              >
                <span class="tk-cut">{one.shown}</span>
                <span class="tk-faint tk-cut">{one.note}</span>
              </div>
            ))}
          </div>
        )}
      </span>
      {wrong && (
        <p id={`${id}-wrong`} class="tk-query-wrong" role="alert">
          {said}
          {meant && (
            <button
              type="button"
              class="tk-button"
              onClick={() => replace(wrong.place, wrong.place + word.length, meant)}
            >
              Use {meant}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
