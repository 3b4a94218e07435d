// Tags as coloured chips, with a way to add and remove them.

import { useSignal } from '@preact/signals';
import { Plus, X } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon';
import { tagSlot } from './tagbook';

interface TagsProps {
  tags: string[];
  /** What they are: tags, or other names that are added and removed like tags. */
  noun?: 'tag' | 'alias';
  onAdd?: (tag: string) => void;
  onRemove?: (tag: string) => void;
}

export function Tags({ tags, noun = 'tag', onAdd, onRemove }: TagsProps) {
  return (
    <ul class="tk-tags" aria-label={noun === 'tag' ? 'Tags' : 'Aliases'}>
      {tags.map(tag => (
        <li key={tag} class="tk-tag" data-hue={tagSlot(tag)}>
          <span class="tk-tag-name" title={tag}>
            {tag}
          </span>
          {onRemove && (
            <button
              type="button"
              class="tk-tag-remove"
              aria-label={`Remove ${noun} ${tag}`}
              title={`Remove ${noun} ${tag}`}
              onClick={() => onRemove(tag)}
            >
              <Icon of={X} size={12} />
            </button>
          )}
        </li>
      ))}
      {onAdd && (
        <li>
          <AddTag noun={noun} onAdd={onAdd} />
        </li>
      )}
    </ul>
  );
}

function AddTag({ noun, onAdd }: { noun: string; onAdd: (tag: string) => void }) {
  const open = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (open.value) {
      field.current?.focus();
    }
  }, [open.value]);
  const close = () => {
    open.value = false;
    requestAnimationFrame(() => button.current?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      close();
    } else if (event.key === 'Enter') {
      const tag = field.current?.value.trim();
      if (tag) {
        onAdd(tag);
      }
      close();
    }
  };
  return open.value ? (
    <input
      ref={field}
      class="tk-input tk-tag-input"
      aria-label={`New ${noun}`}
      placeholder={`New ${noun}, Enter adds`}
      maxLength={64}
      onKeyDown={onKeyDown}
      onBlur={() => {
        open.value = false;
      }}
    />
  ) : (
    <button
      ref={button}
      type="button"
      class="tk-tag-add"
      onClick={() => {
        open.value = true;
      }}
    >
      <Icon of={Plus} size={12} />
      Add {noun}
    </button>
  );
}
