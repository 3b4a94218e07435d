// The menu in which a tag is found or made: what is typed narrows the list, Enter and a click choose.

import { useSignal } from '@preact/signals';
import { Palette, Plus } from 'lucide';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { wordsOf } from '../source';
import { Icon } from './icon';
import { Layer } from './layer';
import { colorsOf, type TagBook } from './tagbook';
import { Chip, useFreshBook } from './tagging';
import '../styles/tagmenu.css';

/** More than a person reads; typing narrows them. */
const MOST = 100;

interface TagMenuProps {
  anchor: { readonly current: HTMLElement | null };
  /** Tags that the object has. */
  carried: readonly string[];
  book: TagBook;
  onAdd: (tag: string) => Promise<void>;
  onColors: () => void;
  onClose: () => void;
}

export function TagMenu({ anchor, carried, book, onAdd, onColors, onClose }: TagMenuProps) {
  const id = useId();
  const text = useSignal('');
  const problem = useSignal<string | null>(null);
  const at = useSignal(-1);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useFreshBook(book);
  useLayoutEffect(() => field.current?.focus(), []);
  /** Closed while a tag is added: what is open by then is another menu, which stays. */
  const closed = useRef(false);
  useEffect(
    () => () => {
      closed.current = true;
    },
    [],
  );
  const typed = text.value.trim();
  const has = new Set(carried);
  const wanted = typed.toLocaleLowerCase();
  const found = book.tags
    .filter(tag => !has.has(tag.name) && tag.name.toLocaleLowerCase().includes(wanted))
    .sort((one, other) => other.count - one.count || one.name.localeCompare(other.name))
    .slice(0, MOST);
  const isNew = typed !== '' && !has.has(typed) && !book.tags.some(tag => tag.name === typed);
  const choices = [...found.map(tag => tag.name), ...(isNew ? [typed] : [])];
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at.value]);

  const add = async (tag: string) => {
    problem.value = null;
    if (has.has(tag)) {
      problem.value = 'It has this tag already.';
      return;
    }
    try {
      await onAdd(tag);
      if (!closed.current) {
        onClose();
        anchor.current?.focus();
      }
    } catch (reason) {
      problem.value = wordsOf(reason);
      field.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && choices.length > 0) {
      event.preventDefault();
      at.value = (Math.max(at.value, step < 0 ? 0 : -1) + step + choices.length) % choices.length;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const tag = choices[at.value] ?? typed;
      if (tag) {
        void add(tag);
      }
    }
  };
  const option = (name: string, index: number, made: boolean) => (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys
    <div
      key={made ? 'new' : `tag ${name}`}
      id={`${id}-${index}`}
      role="option"
      tabIndex={-1}
      class="tk-menu-item"
      aria-selected={at.value === index}
      onClick={() => void add(name)}
      onPointerMove={() => {
        at.value = index;
      }}
    >
      {made ? (
        <>
          <Icon of={Plus} size={14} />
          <bdi class="tk-cut">{name}</bdi> <span class="tk-menu-note">(Create New)</span>
        </>
      ) : (
        <>
          <Chip tag={name} colors={colorsOf(book.tags, name)} />
          <span class="tk-menu-note tk-number">{book.tags.find(tag => tag.name === name)?.count || ''}</span>
        </>
      )}
    </div>
  );
  return (
    <Layer anchor={anchor} onClose={onClose} class="tk-tag-menu">
      <div role="dialog" aria-label="Add tag" class="tk-tag-menu-box">
        <input
          ref={field}
          type="text"
          class="tk-input"
          dir="auto"
          aria-label="New tag"
          placeholder="Find or create a tag"
          spellcheck={false}
          autocomplete="off"
          aria-controls={`${id}-list`}
          aria-activedescendant={choices[at.value] === undefined ? undefined : `${id}-${at.value}`}
          aria-invalid={problem.value !== null}
          aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          value={text.value}
          onInput={event => {
            text.value = event.currentTarget.value;
            problem.value = null;
            at.value = -1;
          }}
          onKeyDown={onKeyDown}
        />
        {problem.value && (
          <p id={`${id}-problem`} class="tk-field-problem" role="alert">
            {problem.value}
          </p>
        )}
        <div ref={list} id={`${id}-list`} class="tk-menu-list" role="listbox" aria-label="Known tags">
          {choices.map((name, index) => option(name, index, isNew && index === found.length))}
        </div>
        {choices.length === 0 && (
          <p class="tk-menu-empty">{typed ? 'It has this tag already.' : 'Type a name to make the first tag.'}</p>
        )}
        <div class="tk-menu-foot">
          <button type="button" class="tk-menu-item" onClick={onColors}>
            <Icon of={Palette} size={14} />
            Tag Colors
          </button>
        </div>
      </div>
    </Layer>
  );
}
