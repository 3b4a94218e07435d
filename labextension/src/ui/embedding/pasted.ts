// The address in what people paste: an embed URL as it is, or the iframe snippet around it, whole or torn.

const SRC = /\bsrc\s*=\s*(["']?)/i;
const SIZE = /\b(width|height)\s*=\s*["']?([0-9.]+(?:%|[a-z]{1,4})?)(?=["'\s/>]|$)/gi;
const ENTITY = /&(?:amp|quot|lt|gt|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});/gi;
/** An address without a quote at its end; what is in angle brackets is a placeholder. */
const ADDRESS = /^(?:[^<>\s"']|<[^<>\s"'/][^<>\s"']*>)*/;
const NAMED: Record<string, string> = { amp: '&', quot: '"', lt: '<', gt: '>', apos: "'" };

/** Width and height, as they stand beside an address. */
export type Sizes = Record<string, string>;

/** The address inside a snippet (or the text itself) and the sizes beside it. */
export function findUrl(text: string): { url: string; sizes: Sizes } {
  const source = SRC.exec(text);
  const isMarkup = /^[^?]*</.test(text) || text.toLowerCase().startsWith('src');
  if (!source || !isMarkup) {
    return { url: unescaped(text.replace(/^["']+|["']+$/g, '').trim()), sizes: {} };
  }
  const rest = text.slice(source.index + source[0].length);
  const mark = source[1] ?? '';
  const end = mark ? rest.indexOf(mark) : -1;
  let [inside, after] = end < 0 ? [rest, null] : [rest.slice(0, end), rest.slice(end + 1)];
  // An unclosed quote ends at the next attribute's quote, or never: then a blank or the end of the tag ends the address.
  if (after === null || /\s\w+\s*=\s*$/.test(inside) || inside.trim().includes('\n')) {
    inside = ADDRESS.exec(rest.trimStart())?.[0] ?? '';
    after = rest.slice(inside.length);
  }
  const outside = `${text.slice(0, source.index)} ${after}`;
  const sizes = [...outside.matchAll(SIZE)].map(([, key, size]) => [key?.toLowerCase(), size]);
  return { url: unescaped(inside.trim()), sizes: Object.fromEntries(sizes) as Sizes };
}

function unescaped(text: string): string {
  return text.replace(ENTITY, entity => {
    const name = entity.slice(1, -1).toLowerCase();
    if (!name.startsWith('#')) {
      return NAMED[name] ?? entity;
    }
    const code = Number.parseInt(name.slice(name[1] === 'x' ? 2 : 1), name[1] === 'x' ? 16 : 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
