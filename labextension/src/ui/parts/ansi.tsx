// Terminal text: colours kept, everything else that moves a cursor dropped.

import Anser from 'anser';
import type { ComponentChildren } from 'preact';

const ESCAPE = '\u001b';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals are steered by
const STEERING = /\u001b\[[0-9;?]*[A-HJKSTfhlnsu]|\u001b\][^\u0007]*(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9]/g;

/** What a terminal would show of a line: after a carriage return the line is written anew. */
export function settled(text: string): string {
  const last = (line: string) => line.split('\r').filter(Boolean).at(-1) ?? '';
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(last)
    .join('\n');
}

/** The text without any steering, for search and download. */
export function plain(text: string): string {
  return text.includes(ESCAPE) ? Anser.ansiToText(text.replace(STEERING, '')) : text;
}

export function Ansi({ text, query }: { text: string; query: string }) {
  const line = settled(text);
  if (!line.includes(ESCAPE)) {
    return <>{marked(line, query)}</>;
  }
  const pieces = Anser.ansiToJson(line.replace(STEERING, ''), { json: true, remove_empty: true, use_classes: true });
  return (
    <>
      {pieces.map((piece, index) => (
        <span key={index} class={classes(piece)} style={style(piece)}>
          {marked(piece.content, query)}
        </span>
      ))}
    </>
  );
}

type Piece = ReturnType<typeof Anser.ansiToJson>[number];

function classes({ fg, bg, decorations }: Piece): string {
  return [
    fg && !fg.endsWith('truecolor') && !fg.includes('palette') && `tk-${fg}`,
    bg && !bg.endsWith('truecolor') && !bg.includes('palette') && `tk-${bg}-back`,
    ...decorations.map(decoration => `tk-ansi-${decoration}`),
  ]
    .filter(Boolean)
    .join(' ');
}

/** Colours the program named itself. */
function style(piece: Piece): Record<string, string> | undefined {
  const color = own(piece.fg, piece.fg_truecolor);
  const background = own(piece.bg, piece.bg_truecolor);
  return color || background ? { ...(color && { color }), ...(background && { background }) } : undefined;
}

function own(name: string | null, truecolor: string | null): string | null {
  if (truecolor) {
    return `rgb(${truecolor})`;
  }
  const index = /palette-(\d+)/.exec(name ?? '')?.[1];
  return index ? paletteColor(Number(index)) : null;
}

/** The 6 x 6 x 6 cube and the 24 greys of terminals with 256 colours. */
function paletteColor(index: number): string | null {
  if (index < 16) {
    return null;
  }
  if (index >= 232) {
    const grey = (index - 232) * 10 + 8;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (value: number) => (value === 0 ? 0 : value * 40 + 55);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}

function marked(text: string, query: string): ComponentChildren {
  if (!query) {
    return text;
  }
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + query.length)}</mark>);
    from = at + query.length;
  }
  return from === 0 ? text : [...parts, text.slice(from)];
}
