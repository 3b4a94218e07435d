// A text of any length, coloured: only the lines in sight are drawn; searched and copied, and read whole when it was cut.

import { useComputed, useSignal } from '@preact/signals';
import { ChevronDown, ChevronUp } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import '../styles/code.css';
import { wordsOf } from '../source';
import { CopyButton } from './copy';
import { bytes, integer } from './format';
import { type Language, linesOf, type Token } from './highlight';
import { Button } from './icon';
import { Search } from './search';
import { useVirtual } from './virtual';

const ROW_PX = 16;
/** A longer line goes on in the next row: browsers are slow with lines of millions of characters. */
const ROW_CHARACTERS = 1_000;
const MOST_MATCHES = 10_000;

/** Its change, of a line of a diff. */
export type LineKind = (line: string) => string | undefined;

interface CodeViewProps {
  label: string;
  text: string;
  language?: Language | null;
  kind?: LineKind;
  /** Its whole length in characters, where `text` is only its beginning, and how to read the rest. */
  length?: number | undefined;
  load?: (() => Promise<string>) | undefined;
  /** What stands before and after the search box. */
  head?: ComponentChildren;
  tools?: ComponentChildren;
}

export function CodeView({ label, text, language = null, kind, length, load, head, tools }: CodeViewProps) {
  const whole = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const shown = whole.value ?? text;
  const cut = whole.value === null && length !== undefined && length > text.length;
  const readAll = async (): Promise<string> => {
    if (cut && load) {
      whole.value = await load();
    }
    return whole.value ?? text;
  };
  const open = () => {
    problem.value = null;
    readAll().catch(reason => {
      problem.value = wordsOf(reason);
    });
  };
  const rows = useMemo(() => rowsOf(shown, language), [shown, language]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({ count: rows.length, scroller, rowHeight: ROW_PX });
  const query = useSignal('');
  const at = useSignal(0);
  const wanted = useComputed(() => query.value.trim().toLowerCase()).value;
  const matches = useMemo(() => {
    const found: number[] = [];
    for (let row = 0; wanted && row < rows.length && found.length < MOST_MATCHES; row += 1) {
      if (rows[row]?.text.toLowerCase().includes(wanted)) {
        found.push(row);
      }
    }
    return found;
  }, [rows, wanted]);
  const current = matches[Math.min(at.value, matches.length - 1)] ?? -1;
  useLayoutEffect(() => {
    if (current >= 0) {
      virtual.scrollTo(current);
    }
  }, [current]);
  const move = (step: number) => {
    if (matches.length > 0) {
      at.value = (at.value + step + matches.length) % matches.length;
    }
  };
  return (
    <section class="tk-codeview" aria-label={label}>
      <div class="tk-bar tk-code-bar">
        {head}
        <Search
          text={query}
          placeholder="Search"
          onKeyDown={event => {
            if (event.key === 'Enter') {
              move(event.shiftKey ? -1 : 1);
            }
          }}
        />
        {wanted && (
          <>
            <span class="tk-faint tk-number" role="status">
              {matches.length > 0 ? `${integer(at.value + 1)} of ${integer(matches.length)}` : 'No match'}
            </span>
            <Button label="Previous match" icon={ChevronUp} shortcut="Shift+Enter" onClick={() => move(-1)} />
            <Button label="Next match" icon={ChevronDown} shortcut="Enter" onClick={() => move(1)} />
          </>
        )}
        <span class="tk-space" />
        <CopyButton text={cut && load ? readAll : shown} label={`Copy ${label.toLowerCase()}`} />
        {tools}
      </div>
      {cut && (
        <p class="tk-cut-note">
          <span>
            The first {bytes(text.length)} of {bytes(length)}.
          </span>
          {load && (
            <button type="button" class="tk-link" onClick={open}>
              Show all
            </button>
          )}
          {problem.value && <span class="tk-problem-inline">{problem.value}</span>}
        </p>
      )}
      <div
        ref={scroller}
        class="tk-code-scroll"
        role="document"
        aria-label={`${label}, text`}
        style={{ '--tk-rows': rows.length }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        <div class="tk-code-all" style={{ height: `${virtual.height}px` }}>
          <div class="tk-code-rows" style={{ transform: `translateY(${virtual.rows[0]?.start ?? 0}px)` }}>
            {virtual.rows.map(({ index }) => (
              <Row key={index} row={rows[index]} kind={kind} current={index === current} />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

interface CodeRow {
  text: string;
  tokens: Token[];
}

/** Lines, of which long ones go on in the next row. */
export function rowsOf(text: string, language: Language | null): CodeRow[] {
  const rows: CodeRow[] = [];
  for (const tokens of linesOf(text.replace(/\n$/, ''), language)) {
    const line = tokens.map(token => token.text).join('');
    if (line.length <= ROW_CHARACTERS) {
      rows.push({ text: line, tokens });
      continue;
    }
    for (let from = 0; from < line.length; from += ROW_CHARACTERS) {
      const part = line.slice(from, from + ROW_CHARACTERS);
      rows.push({ text: part, tokens: [{ kind: '', text: part }] });
    }
  }
  return rows;
}

function Row({ row, kind, current }: { row: CodeRow | undefined; kind: LineKind | undefined; current: boolean }) {
  return (
    <div class="tk-code-row" data-change={row && kind?.(row.text)} data-current={current || undefined}>
      {row?.text ? <Colored tokens={row.tokens} /> : '\u200b'}
    </div>
  );
}

export function Colored({ tokens }: { tokens: Token[] }) {
  return (
    <>
      {tokens.map(({ kind, text }, index) =>
        kind ? (
          <span key={index} class={`tk-token-${kind}`}>
            {text}
          </span>
        ) : (
          text
        ),
      )}
    </>
  );
}
