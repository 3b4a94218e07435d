// The tags of an object: chips in their colours, added from a menu, removed with a way back.

import { type Signal, useSignal } from '@preact/signals';
import { Plus, X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Source } from '../source';
import { wordsOf } from '../source';
import { Icon } from './icon';
import { lazy } from './lazy';
import { colorsOf, type TagBook, type TagColors, tagSlot, useTagBook } from './tagbook';
import { useToast } from './toast';
import '../styles/menu.css';

const TagMenu = lazy(
  async () => (await import('./tagmenu')).TagMenu,
  () => null,
);
const TagColorsDialog = lazy(
  async () => (await import('./tagcolors')).TagColorsDialog,
  () => null,
);

interface ChipProps {
  tag: string;
  colors: TagColors | null;
}

export function Chip({ tag, colors, children }: ChipProps & { children?: ComponentChildren }) {
  const own = colors ? { '--tk-tag-paper': colors.background, '--tk-tag-ink': colors.foreground } : {};
  return (
    <span class="tk-tag" data-hue={tagSlot(tag)} style={own}>
      <bdi class="tk-tag-name" title={tag}>
        {tag}
      </bdi>
      {children}
    </span>
  );
}

interface ObjectTagsProps {
  source: Source;
  /** The experiment or model. */
  id: string;
  tags: string[];
  /** Told when they were changed from here: what is shown is to be read again. */
  onChanged: () => void;
  /** Whether the menu is open; given by who opens it from elsewhere too. */
  adding?: Signal<boolean>;
}

export function ObjectTags({ source, id, tags, onChanged, adding }: ObjectTagsProps) {
  const own = useSignal(false);
  const open = adding ?? own;
  const coloring = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const book = useTagBook(source);
  const say = useToast();
  const change = async (operation: 'add_tags' | 'remove_tags', tag: string) => {
    await source.edit(operation, { id, tags: [tag] });
    onChanged();
  };
  const remove = async (tag: string) => {
    try {
      await change('remove_tags', tag);
      const undo = () => void change('add_tags', tag).catch(reason => say({ text: wordsOf(reason), problem: true }));
      say({ text: `Tag “${tag}” removed`, action: { label: 'Undo', run: undo } });
    } catch (reason) {
      say({ text: wordsOf(reason), problem: true });
    }
  };
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <ul class="tk-tags" aria-label="Tags">
        {tags.map(tag => (
          <li key={tag}>
            <Chip tag={tag} colors={colorsOf(book.tags, tag)}>
              <button
                type="button"
                class="tk-tag-remove"
                aria-label={`Remove tag ${tag}`}
                title={`Remove tag ${tag}`}
                onClick={() => void remove(tag)}
              >
                <Icon of={X} size={12} />
              </button>
            </Chip>
          </li>
        ))}
        <li>
          <button
            ref={button}
            type="button"
            class="tk-tag-add"
            aria-expanded={open.value}
            aria-haspopup="dialog"
            onClick={() => {
              open.value = !open.value;
            }}
          >
            <Icon of={Plus} size={12} />
            Add tag
          </button>
          {open.value && (
            <TagMenu
              anchor={button}
              carried={tags}
              book={book}
              onAdd={tag => change('add_tags', tag)}
              onColors={() => {
                close();
                coloring.value = true;
              }}
              onClose={close}
            />
          )}
        </li>
      </ul>
      {coloring.value && (
        <TagColorsDialog
          source={source}
          book={book}
          carried={tags}
          onClose={() => {
            coloring.value = false;
          }}
        />
      )}
    </>
  );
}

/** The book is read anew while a menu of it is open. */
export function useFreshBook(book: TagBook): void {
  useEffect(() => book.wake(), []);
}
