// A description as its Markdown means it: the common marks, never HTML; what is no mark stays as it was written.

import { type ComponentChildren, h, type VNode } from 'preact';

const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const INLINE =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s](?:[^*]*[^*\s])?)\*|(?<!\w)_([^_\s](?:[^_]*[^_\s])?)_(?!\w)|~~(.+?)~~|!?\[([^\]]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)|(https?:\/\/[^\s<>")]+[^\s<>").,;:!?])/;
const PAGE = /^(?:https?:|mailto:)/i;

export function Markdown({ text }: { text: string }) {
  return <div class="tk-markdown">{blocks(text.split('\n'))}</div>;
}

function blocks(lines: string[]): ComponentChildren[] {
  const found: ComponentChildren[] = [];
  let at = 0;
  const take = (fits: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && fits(lines[at] ?? '')) {
      at += 1;
    }
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const key = at;
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (!line.trim()) {
      at += 1;
    } else if (/^\s*(?:```|~~~)/.test(line)) {
      at += 1;
      const code = take(each => !/^\s*(?:```|~~~)\s*$/.test(each));
      at += 1;
      found.push(
        <pre key={key} class="tk-code">
          {code.join('\n')}
        </pre>,
      );
    } else if (heading) {
      at += 1;
      found.push(<h3 key={key}>{inline(heading[2] ?? '')}</h3>);
    } else if (/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) {
      at += 1;
      found.push(<hr key={key} />);
    } else if (ITEM.test(line)) {
      const ordered = ITEM.exec(line)?.[1] !== undefined;
      const items = take(each => ITEM.test(each));
      const rows = items.map((each, index) => <li key={index}>{inline(ITEM.exec(each)?.[2] ?? '')}</li>);
      found.push(h(ordered ? 'ol' : 'ul', { key }, rows));
    } else if (/^\s*>/.test(line)) {
      const quoted = take(each => /^\s*>/.test(each)).map(each => each.replace(/^\s*>\s?/, ''));
      found.push(<blockquote key={key}>{blocks(quoted)}</blockquote>);
    } else {
      const words = take(
        each => each.trim() !== '' && !ITEM.test(each) && !/^(?:#{1,6}\s|\s*(?:```|~~~|>))/.test(each),
      );
      found.push(<p key={key}>{inline(words.join('\n'))}</p>);
    }
  }
  return found;
}

function inline(text: string): ComponentChildren {
  const match = INLINE.exec(text);
  if (!match) {
    return text;
  }
  const [whole, , code, bold, bold2, italic, italic2, struck, label, address, bare] = match;
  const strong = bold ?? bold2;
  const emphasis = italic ?? italic2;
  const part =
    code !== undefined ? (
      <code>{code}</code>
    ) : strong !== undefined ? (
      <strong>{inline(strong)}</strong>
    ) : emphasis !== undefined ? (
      <em>{inline(emphasis)}</em>
    ) : struck !== undefined ? (
      <s>{inline(struck)}</s>
    ) : (
      <Link address={address ?? bare ?? ''}>{label === undefined ? bare : inline(label)}</Link>
    );
  return [text.slice(0, match.index), part, inline(text.slice(match.index + whole.length))];
}

/** Only pages are linked to; of an address that would do something its text stays. */
function Link({ address, children }: { address: string; children: ComponentChildren }): VNode {
  return PAGE.test(address) ? (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}
