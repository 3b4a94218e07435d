// Words of a text by what they are in its language, so that they can be coloured; never an error, whatever the text is.

export type Language = 'python' | 'json' | 'yaml' | 'hocon';

/** `kind` is empty for what has no colour. */
export interface Token {
  kind: '' | 'comment' | 'string' | 'number' | 'keyword' | 'key';
  text: string;
}

/** Longer texts are left as they are: nobody reads that much, and the page must not stand still. */
const LONGEST = 200_000;

const NUMBER = String.raw`(?<number>(?<![\w.])[-+]?(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?)(?![\w]))`;
const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?`;
const WORDS =
  'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
  'import in is lambda nonlocal not or pass raise return try while with yield';

const LANGUAGES: Record<Language, RegExp> = {
  python: new RegExp(
    String.raw`(?<comment>#[^\n]*)|(?<string>[rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|(?![\s\S]))|'''[\s\S]*?(?:'''|(?![\s\S]))|${QUOTED}))|${NUMBER}|` +
      String.raw`(?<keyword>(?<![\w.])(?:${WORDS.split(' ').join('|')})(?!\w)|^[ \t]*[%!][^\n]*|@[\w.]+)`,
    'gm',
  ),
  json: new RegExp(
    String.raw`(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*"?)|${NUMBER}|(?<keyword>\b(?:true|false|null|NaN|-?Infinity)\b)`,
    'g',
  ),
  yaml: new RegExp(
    String.raw`(?<comment>(?<=^|\s)#[^\n]*)|(?<key>(?<=^[ \t-]*)[\w$./-][\w $./-]*(?=:(?:\s|$)))|(?<string>${QUOTED})|${NUMBER}|` +
      String.raw`(?<keyword>(?<![\w-])(?:true|false|null|yes|no|on|off|~)(?![\w-])|[&*!][\w-]+)`,
    'gm',
  ),
  hocon: new RegExp(
    String.raw`(?<comment>(?:#|//)[^\n]*)|(?<string>"""[\s\S]*?(?:"""|$))|(?<key>(?:"[^"\n]*"|[\w$.-]+)(?=\s*(?:[:={]|\+=)))|(?<string2>${QUOTED})|${NUMBER}|` +
      String.raw`(?<keyword>\b(?:true|false|null|include)\b|\$\{[^}\n]*\})`,
    'g',
  ),
};

export function tokens(text: string, language: Language | null): Token[] {
  if (!language || text.length > LONGEST) {
    return [{ kind: '', text }];
  }
  const found: Token[] = [];
  let from = 0;
  for (const match of text.matchAll(LANGUAGES[language])) {
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0];
    if (!kind || !match[0]) {
      continue;
    }
    if (match.index > from) {
      found.push({ kind: '', text: text.slice(from, match.index) });
    }
    found.push({ kind: kind.replace('2', '') as Token['kind'], text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) {
    found.push({ kind: '', text: text.slice(from) });
  }
  return found;
}

/** The tokens of each line. */
export function linesOf(text: string, language: Language | null): Token[][] {
  const lines: Token[][] = [[]];
  for (const token of tokens(text, language)) {
    token.text.split('\n').forEach((part, index) => {
      if (index > 0) {
        lines.push([]);
      }
      if (part) {
        lines[lines.length - 1]?.push({ kind: token.kind, text: part });
      }
    });
  }
  return lines;
}

/** What a configuration is written in: as it was recorded, else as it looks. */
export function languageOf(type: string | null | undefined, text: string): Language | null {
  const told = { json: 'json', yaml: 'yaml', yml: 'yaml', hocon: 'hocon', conf: 'hocon', toml: 'hocon', py: 'python' }[
    (type ?? '').toLowerCase()
  ];
  if (told) {
    return told as Language;
  }
  if (/^\s*[[{]/.test(text)) {
    return /^\s*\{?\s*[\w.]+\s*[={]/.test(text) ? 'hocon' : 'json';
  }
  if (/^\s*[\w.]+\s*(?:=|\{)/m.test(text)) {
    return 'hocon';
  }
  return /^[\w -]+:(?:\s|$)/m.test(text) ? 'yaml' : null;
}
