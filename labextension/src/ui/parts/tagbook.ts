// The tags that a store knows, and the colours a person gave them: the same wherever a tag is shown.

import { signal } from '@preact/signals';
import type { KnownTag } from '../protocol';
import type { Source } from '../source';
import { useLive } from './live';

/** Colours are chosen seldom; the store is also told of every start. */
const REST_MS = 2_000;
const HUES = 10;

/** What was read last, by store: a further view begins with it. */
const known = new Map<string, readonly KnownTag[]>();
/** Grows when a view has chosen colours: the others of this page need not wait to be told. */
const chosen = signal(0);

export interface TagBook {
  tags: readonly KnownTag[];
  wake: () => void;
}

export function useTagBook(source: Source): TagBook {
  const { storeId } = source;
  const live = useLive(source, [storeId], signal => source.read('tags', {}, signal), [chosen.value], REST_MS);
  const tags = live.value.value?.tags ?? known.get(storeId) ?? [];
  known.set(storeId, tags);
  return { tags, wake: () => live.restart() };
}

/** Gives a tag its colours, or with null those that follow from its text. */
export async function setColors(source: Source, tag: string, colors: TagColors | null): Promise<void> {
  await source.edit('set_tag_colors', { tag, ...colors });
  chosen.value += 1;
}

export interface TagColors {
  background: string;
  foreground: string;
}

export function colorsOf(tags: readonly KnownTag[], name: string): TagColors | null {
  const found = tags.find(tag => tag.name === name);
  return found?.background && found.foreground ? { background: found.background, foreground: found.foreground } : null;
}

/** The slot of the palette that a tag has by itself: it comes from its letters. */
export function tagSlot(tag: string): number {
  let sum = 0;
  for (const letter of tag) {
    sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  }
  return sum % HUES;
}

/** How well one colour is read on another, 1 to 21, as WCAG has it; both as `#rrggbb`. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map(at => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
