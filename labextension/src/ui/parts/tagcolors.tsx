// The window in which tags get their colours: a tag, its background or foreground, a colour, OK.

import { useSignal } from '@preact/signals';
import { useId, useMemo, useRef } from 'preact/hooks';
import type { Source } from '../source';
import { wordsOf } from '../source';
import { Dialog } from './dialog';
import { colorsOf, contrast, setColors, type TagBook, type TagColors } from './tagbook';
import { Chip, useFreshBook } from './tagging';
import '../styles/tagcolors.css';

const READABLE = 4.5;
const PARTS = ['background', 'foreground'] as const;
type Part = (typeof PARTS)[number];
const WORDS: Record<Part, string> = { background: 'Background', foreground: 'Foreground' };

interface TagColorsDialogProps {
  source: Source;
  book: TagBook;
  /** Tags that come first: those of the object that is shown. */
  carried: readonly string[];
  onClose: () => void;
}

export function TagColorsDialog({ source, book, carried, onClose }: TagColorsDialogProps) {
  const id = useId();
  const names = [...new Set([...carried, ...book.tags.map(tag => tag.name)])];
  const selected = useSignal<string | null>(names[0] ?? null);
  const part = useSignal<Part>('background');
  /** What was picked and not yet kept, by tag. */
  const draft = useSignal<TagColors | null>(null);
  const problem = useSignal<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useFreshBook(book);
  const tag = selected.value;
  const kept = tag === null ? null : colorsOf(book.tags, tag);
  const shown = draft.value ?? kept;
  const palette = useMemo(() => swatches(), []);
  const choose = (name: string) => {
    selected.value = name;
    draft.value = null;
    problem.value = null;
  };
  const pick = (color: string) => {
    const chip = box.current?.querySelector<HTMLElement>('.tk-colors-preview .tk-tag');
    const before = shown ?? computedColors(chip);
    const next = { ...before, [part.value]: color };
    // Who picks the paper alone gets an ink that can be read on it.
    if (part.value === 'background' && !kept && contrast(next.background, next.foreground) < READABLE) {
      next.foreground = palette.inks.reduce((one, other) =>
        contrast(other, color) > contrast(one, color) ? other : one,
      );
    }
    draft.value = next;
    problem.value = null;
  };
  const keep = async (colors: TagColors | null) => {
    if (tag === null) {
      return;
    }
    try {
      await setColors(source, tag, colors);
      draft.value = null;
      problem.value = null;
      book.wake();
    } catch (reason) {
      problem.value = wordsOf(reason);
    }
  };
  const ratio = shown ? contrast(shown.background, shown.foreground) : null;
  return (
    <Dialog title="Tag Colors" class="tk-form-window tk-colors-window" onClose={onClose}>
      <div ref={box} class="tk-colors">
        <ul class="tk-colors-tags" aria-label="Tags">
          {names.map(name => (
            <li key={name}>
              <button
                type="button"
                class="tk-colors-tag"
                aria-pressed={name === tag}
                aria-label={`Colors of ${name}`}
                onClick={() => choose(name)}
              >
                <Chip tag={name} colors={name === tag ? shown : colorsOf(book.tags, name)} />
              </button>
            </li>
          ))}
        </ul>
        {tag === null ? (
          <p class="tk-nothing">There are no tags yet.</p>
        ) : (
          <section class="tk-colors-pick" aria-label={`Colors of ${tag}`}>
            <div class="tk-segments" role="radiogroup" aria-label="What to color">
              {PARTS.map(name => (
                <label key={name} class={name === part.value ? 'tk-segment tk-selected' : 'tk-segment'}>
                  <input
                    type="radio"
                    class="tk-segment-input"
                    name={id}
                    checked={name === part.value}
                    onChange={() => {
                      part.value = name;
                    }}
                  />
                  {WORDS[name]}
                </label>
              ))}
            </div>
            <fieldset class="tk-swatches" aria-label={`Pick a ${part.value}`}>
              {palette.all.map(color => (
                <button
                  key={color}
                  type="button"
                  class="tk-color"
                  style={{ background: color }}
                  aria-label={`Color ${color}`}
                  title={color}
                  aria-pressed={shown?.[part.value] === color}
                  onClick={() => pick(color)}
                />
              ))}
              <label class="tk-color-own" title="Another color">
                <input
                  type="color"
                  aria-label="Another color"
                  value={shown?.[part.value] ?? palette.all[0]}
                  onInput={event => pick(event.currentTarget.value.toLowerCase())}
                />
                Other
              </label>
            </fieldset>
            <p class="tk-colors-preview">
              <Chip tag={tag} colors={shown} />
              <span class={ratio !== null && ratio < READABLE ? 'tk-field-problem' : 'tk-faint'} role="status">
                {ratio === null
                  ? 'Its own colors, in light and dark'
                  : `${ratio < READABLE ? 'Hard to read' : 'Readable'}: contrast ${ratio.toFixed(1)} to 1`}
              </span>
            </p>
            {problem.value && (
              <p class="tk-field-problem" role="alert">
                {problem.value}
              </p>
            )}
          </section>
        )}
      </div>
      <div class="tk-form-foot">
        <button type="button" class="tk-button" disabled={!kept} onClick={() => void keep(null)}>
          Reset
        </button>
        <span class="tk-space" />
        <button
          type="button"
          class="tk-button tk-strong"
          disabled={!draft.value}
          onClick={() => void keep(draft.value)}
        >
          OK
        </button>
        <button type="button" class="tk-button" onClick={onClose}>
          CLOSE
        </button>
      </div>
    </Dialog>
  );
}

/** Colours as they are drawn, for one who begins with them. */
function computedColors(chip: HTMLElement | null | undefined): TagColors {
  const style = chip ? getComputedStyle(chip) : null;
  return { background: hex(style?.backgroundColor ?? ''), foreground: hex(style?.color ?? '') };
}

/** The tokens that can be picked: the ten hues, softer ones of them, and inks. */
function swatches(): { all: string[]; inks: string[] } {
  const probe = document.createElement('span');
  probe.hidden = true;
  const root = document.querySelector('.trackkit');
  root?.append(probe);
  const drawn = (value: string) => {
    probe.style.color = value;
    return hex(getComputedStyle(probe).color);
  };
  const hues = Array.from({ length: 10 }, (_, slot) => drawn(`var(--tk-series-${slot})`));
  const inks = [drawn('var(--tk-tag-dark)'), drawn('var(--tk-tag-light)')];
  const soft = Array.from({ length: 10 }, (_, slot) =>
    drawn(`color-mix(in srgb, var(--tk-series-${slot}) 25%, var(--tk-tag-light))`),
  );
  const deep = Array.from({ length: 10 }, (_, slot) =>
    drawn(`color-mix(in srgb, var(--tk-series-${slot}) 45%, var(--tk-tag-dark))`),
  );
  probe.remove();
  return { all: [...new Set([...hues, ...soft, ...deep, ...inks])], inks };
}

/** A computed colour as `#rrggbb`. */
function hex(computed: string): string {
  const numbers = computed.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  const scale = computed.startsWith('color(') ? 255 : 1;
  const parts = numbers.slice(0, 3).map(part => Math.round(part * scale));
  return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`;
}
