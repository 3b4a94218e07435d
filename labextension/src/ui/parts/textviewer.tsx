// A text of any length: only the lines in sight are drawn; searched, copied, and more by the tools that are given.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { ChevronDown, ChevronUp } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import '../styles/textviewer.css';
import { CopyButton } from './copy';
import { integer } from './format';
import { Button } from './icon';
import { Search } from './search';
import { useVirtual } from './virtual';

const ROW_PX = 16;
/** A longer line goes on in the next row: browsers are slow with lines of millions of characters. */
const ROW_CHARACTERS = 1_000;
const MOST_MATCHES = 10_000;

/** A part of a text that is drawn in one row. */
export interface TextRow {
  start: number;
  end: number;
  /** Number of its line, from 1; null where a line goes on. */
  line: number | null;
}

export function rowsOf(text: string): TextRow[] {
  const rows: TextRow[] = [];
  let line = 0;
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    line += 1;
    let from = start;
    do {
      const to = Math.min(from + ROW_CHARACTERS, end);
      rows.push({ start: from, end: to, line: from === start ? line : null });
      from = to;
    } while (from < end);
    start = end + 1;
  }
  return rows;
}

/** Where a text occurs in another, in upper or lower case. */
export function matchesOf(text: string, query: string): number[] {
  const found: number[] = [];
  if (query) {
    const [whole, part] = [text.toLowerCase(), query.toLowerCase()];
    for (let at = whole.indexOf(part); at >= 0 && found.length < MOST_MATCHES; at = whole.indexOf(part, at + 1)) {
      found.push(at);
    }
  }
  return found;
}

/** The row with the character at a place. */
export function rowAt(rows: readonly TextRow[], place: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.start ?? 0) <= place) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

interface TextViewerProps {
  label: string;
  text: string;
  /** Beside the search box and the button that copies. */
  tools?: ComponentChildren;
}

export function TextViewer({ label, text, tools }: TextViewerProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(text), [text]);
  const query = useSignal('');
  const at = useSignal(0);
  const wanted = useComputed(() => query.value.trim()).value;
  const matches = useMemo(() => matchesOf(text, wanted), [text, wanted]);
  const virtual = useVirtual({ count: rows.length, scroller, rowHeight: ROW_PX });
  useEffect(() => {
    at.value = 0;
  }, [wanted]);
  const place = matches[at.value];
  const current = place === undefined ? -1 : rowAt(rows, place);
  useLayoutEffect(() => {
    if (current >= 0) {
      virtual.scrollTo(current);
    }
  }, [current, wanted]);
  const move = (step: number) => {
    if (matches.length > 0) {
      at.value = (at.value + step + matches.length) % matches.length;
    }
  };
  const digits = String(rows.findLast(row => row.line !== null)?.line ?? 1).length;
  return (
    <section class="tk-text" aria-label={label}>
      <div class="tk-bar tk-hover-tools">
        <Search
          text={query}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              move(event.shiftKey ? -1 : 1);
            }
          }}
        />
        {wanted && <Matches at={at} count={matches.length} move={move} />}
        <span class="tk-space" />
        <CopyButton text={text} />
        {tools}
      </div>
      <div
        ref={scroller}
        class="tk-text-scroll"
        role="document"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        <div class="tk-text-all" style={{ height: `${virtual.height}px`, '--tk-digits': digits }}>
          <div class="tk-text-rows" style={{ transform: `translateY(${virtual.rows[0]?.start ?? 0}px)` }}>
            {virtual.rows.map(({ index }) => (
              <Row key={index} text={text} row={rows[index]} query={wanted} current={index === current} />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

function Matches({ at, count, move }: { at: Signal<number>; count: number; move: (step: number) => void }) {
  const more = count === MOST_MATCHES ? '+' : '';
  return (
    <>
      <span class="tk-faint tk-number" role="status">
        {count > 0 ? `${integer(at.value + 1)} of ${integer(count)}${more}` : 'No match'}
      </span>
      <Button
        label="Previous match"
        icon={ChevronUp}
        shortcut="Shift+Enter"
        onClick={() => move(-1)}
        disabled={!count}
      />
      <Button label="Next match" icon={ChevronDown} shortcut="Enter" onClick={() => move(1)} disabled={!count} />
    </>
  );
}

interface RowProps {
  text: string;
  row: TextRow | undefined;
  query: string;
  current: boolean;
}

function Row({ text, row, query, current }: RowProps) {
  if (!row) {
    return null;
  }
  const line = text.slice(row.start, row.end);
  return (
    <div class="tk-text-row" data-current={current || undefined}>
      <span class="tk-text-number" aria-hidden="true">
        {row.line ?? ''}
      </span>
      <span class="tk-text-line">{query ? <Marked text={line} query={query} /> : line || '\u200b'}</span>
    </div>
  );
}

function Marked({ text, query }: { text: string; query: string }) {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const at of matchesOf(text, query)) {
    if (at >= from) {
      parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + query.length)}</mark>);
      from = at + query.length;
    }
  }
  parts.push(text.slice(from) || '\u200b');
  return <>{parts}</>;
}
