// The embed URL: read as a view, leniently, and written, strictly. As trackkit_jupyter/views/embed_url.py.

import type { View, ViewOptions } from '../protocol';
import {
  CHOICES,
  CLAIM,
  COMPARISON_NAMES,
  COMPARISON_TEXTS,
  CURVES,
  EmbedError,
  type EmbedType,
  LONGEST,
  MOST,
  OBJECT_TYPES,
  OWN,
  PATH,
  QUERY,
  TABLE,
  TYPES,
  VALUE_TYPES,
  XAXES,
} from './parameters';
import { findUrl, type Sizes } from './pasted';

/** The view that an embed URL or a pasted iframe snippet describes. */
export function parse(text: string): View {
  if (text.length > LONGEST) {
    throw new EmbedError(`An embed URL has ${LONGEST.toLocaleString('en')} characters at most.`, 'url');
  }
  const { url, sizes } = findUrl(text.trim());
  let [path, query] = cut(url, '?');
  if (query === null && /^[\w.[\]%-]+=/.test(path)) {
    [path, query] = ['/widgets/', path]; // the query alone
  }
  if (query === null) {
    throw new EmbedError('An embed URL has its parameters after a question mark.', 'url');
  }
  if (!/\/widgets?\/?$/.test(path)) {
    throw new EmbedError('The path of an embed URL ends in /widgets/.', 'url');
  }
  return viewOf(pairsOf(cut(query, '#')[0]), sizes);
}

/** The embed URL of a view, relative to the Jupyter server; `sized`: with width and height where they are unusual. */
export function write(view: View, sized = false): string {
  const { options } = view;
  const one = (key: string) => (options[key] ? [[key, String(options[key])]] : []);
  const several = (key: string) => ((options[key] as string[] | undefined) ?? []).map(name => [key, name]);
  const pairs = [
    ['type', typeOf(view)],
    ['objectType', options.object_type === 'model' ? 'model' : 'task'],
    ...['series', 'value_type', 'tab'].flatMap(one),
    ['xaxis', Object.entries(XAXES).find(([, own]) => own === (options.xaxis ?? 'iterations'))?.[0] ?? 'iter'],
    ...view.objects.map(id => ['objects', id]),
    ...['metrics', 'variants', 'by', 'over', ...COMPARISON_NAMES, 'columns'].flatMap(several),
    ...['smoothing', 'group_by', 'company', ...CURVES, ...COMPARISON_TEXTS, ...TABLE].flatMap(one),
    ...(options.identical ? [['identical', 'true']] : []),
    ...(typeof options.iteration === 'number' ? [['iteration', String(options.iteration)]] : []),
    ...(view.kind === 'claim' ? claimed(options) : []),
  ] as [string, string][];
  const written = pairs.map(([key, value]) => `${key}=${quote(value)}`);
  for (const [key, value] of Object.entries(view.query ?? {})) {
    const items = (Array.isArray(value) ? value : [value]).map(item => quote(String(item)).replaceAll('%24', '$'));
    written.push(`${quote(key).replaceAll('%24', '$')}${Array.isArray(value) ? '[]' : ''}=${items.join(',')}`);
  }
  if (sized) {
    written.push(...['width', 'height'].flatMap(one).map(([key, value]) => `${key}=${quote(value as string)}`));
  }
  if (view.store.id) {
    written.push(`store=${quote(view.store.id)}`);
  }
  if (options.theme) {
    written.push(options.theme === 'light' ? 'light' : `theme=${options.theme}`);
  }
  return `${PATH}?${written.join('&')}`;
}

function claimed(options: ViewOptions): [string, string][] {
  const { verdict = '', time = '' } = (options.then ?? {}) as { verdict?: string; time?: string };
  const said = (key: string) => (key === 'then' ? `${verdict} ${time}`.trim() : options[key]);
  return CLAIM.flatMap(key => (said(key) ? [[key, String(said(key))]] : []));
}

/** The iframe snippet of a view: relative, without a token, good for a report of the same server. */
export function snippet(view: View, name?: string): string {
  const { width = '100%', height = 400 } = view.options;
  const named = name ? ` name="${attribute(name)}"` : '';
  const size = `width="${attribute(String(width))}" height="${attribute(String(height))}"`;
  return `<iframe src="${attribute(write(view))}"${named} ${size}></iframe>`;
}

/** The `type` that an embed URL gives a view. */
export function typeOf(view: View): string {
  const { type } = view.options;
  if (typeof type === 'string' && type) {
    return type;
  }
  const named = Object.entries(TYPES).find(([name, kind]) => kind === view.kind && name !== 'parcoords');
  return named?.[0] ?? view.kind;
}

function attribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function quote(text: string): string {
  const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!*'()]/g, escaped);
}

/** What is before and after a sign; null after it where there is none. */
function cut(text: string, sign: string): [string, string | null] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + sign.length)];
}

interface Pair {
  key: string;
  listed: boolean;
  value: string | null;
}

function pairsOf(query: string): Pair[] {
  const parts = query.split('&');
  if (parts.length > MOST) {
    throw new EmbedError(`An embed URL has ${MOST.toLocaleString('en')} parameters at most.`, 'url');
  }
  return parts.flatMap(part => {
    const [raw, value] = cut(part, '=');
    if (!raw.trim()) {
      return [];
    }
    return (value === null ? raw.split(',') : [raw]).map(one => {
      const key = decode(one, 'url');
      return { key: key.replace(/\[\]$/, ''), listed: key.endsWith('[]'), value };
    });
  });
}

function decode(raw: string, field: string): string {
  let text: string;
  try {
    // A percent sign before no digits stands for itself.
    text = raw
      .replaceAll('+', ' ')
      .replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent)
      .trim();
  } catch {
    throw new EmbedError(`${field} is not valid UTF-8.`, field);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]|\p{Cs}/u.test(text)) {
    throw new EmbedError(`${field} must not contain control characters.`, field);
  }
  return text;
}

function viewOf(pairs: Pair[], sizes: Sizes): View {
  const own = new Map<string, string[]>();
  const query: Record<string, string | string[]> = {};
  const bare: string[] = [];
  const claims = pairs.some(({ key, value }) => key === 'type' && value === 'claim');
  for (const { key, listed, value } of pairs) {
    if (claims && CLAIM.includes(key)) {
      own.set(key, [decode(value ?? '', key)].filter(Boolean));
    } else if (key === 'light') {
      own.set(key, [value === null ? 'true' : decode(value, key)]);
    } else if (OWN.has(key)) {
      // Commas separate before decoding, so that a name with a comma can be written with %2C.
      const values = (value ?? '').split(',').map(item => decode(item, key));
      own.set(key, [...(own.get(key) ?? []), ...values.filter(Boolean)]);
    } else if (value === null) {
      bare.push(key); // parcoords writes its further parameters as "&section.name", without a value
    } else if (QUERY.has(cut(key, '.')[0])) {
      const items = listed ? value.split(',').map(item => decode(item, key)) : [decode(value, key)];
      const earlier = Object.hasOwn(query, key) ? query[key] : undefined;
      const single = !listed && earlier === undefined;
      query[key] = single ? (items[0] ?? '') : [...[earlier ?? []].flat(), ...items];
    } else {
      throw unknown(key);
    }
  }
  return build(own, query, bare, sizes);
}

function unknown(key: string): EmbedError {
  return new EmbedError(`There is no embed parameter ${key.slice(0, 40)}.`, key);
}

function build(own: Map<string, string[]>, query: View['query'], bare: string[], sizes: Sizes): View {
  const type = choice(own, 'type', [...Object.keys(TYPES), 'claim'], 'scalar') as EmbedType | 'claim';
  if (bare[0] !== undefined && type !== 'parcoords') {
    throw unknown(bare[0]);
  }
  const objectType = choice(own, 'objectType', Object.keys(OBJECT_TYPES), own.has('models') ? 'model' : 'task');
  const named = ['objects', 'tasks', 'models'].map(key => own.get(key)).find(ids => ids?.length) ?? [];
  const objects = [...new Set(named.map(text => idOf(text, 'objects')))];
  const left: Record<string, unknown> = { ...query };
  const options: ViewOptions = {};
  for (const key of type === 'table' ? TABLE : []) {
    const text = [left[key] ?? []].flat().at(-1);
    delete left[key];
    if (text) {
      options[key] = text;
    }
  }
  const asks = Object.keys(left).length > 0;
  if (objects.length === 0 && !asks && type !== 'table' && type !== 'claim') {
    throw new EmbedError('There is nothing to show: objects=<id> is missing.', 'objects');
  }
  if (OBJECT_TYPES[objectType as keyof typeof OBJECT_TYPES] === 'model') {
    options.object_type = 'model';
  }
  for (const key of type === 'claim' ? ['metric', 'a', 'b'] : []) {
    if (!own.get(key)?.length) {
      throw new EmbedError(`type=claim needs ${key}=: two groups, a and b, are compared by a metric.`, key);
    }
  }
  const [verdict, time] = cut(own.get('then')?.[0] ?? '', ' ');
  if (verdict) {
    // biome-ignore lint/suspicious/noThenProperty: so it is called in the views that are saved
    options.then = { verdict, time: time ?? '' };
  }
  if (type === 'parcoords') {
    options.type = type;
    if (!own.get('metrics')?.length) {
      throw new EmbedError('type=parcoords needs metrics=<metric_id>.<variant_id>.', 'metrics');
    }
  }
  for (const key of ['metrics', 'variants', 'by', 'over', ...COMPARISON_NAMES, 'columns']) {
    const names = [...(own.get(key) ?? []), ...(key === 'variants' ? bare : [])];
    if (names.length > 0) {
      options[key] = names;
    }
  }
  const axis = choice(own, 'xaxis', [...Object.keys(XAXES), ...Object.values(XAXES)], 'iter');
  const xaxis = XAXES[axis as keyof typeof XAXES] ?? axis;
  if (xaxis !== 'iterations') {
    options.xaxis = xaxis;
  }
  if (own.has('value_type')) {
    options.value_type = choice(own, 'value_type', VALUE_TYPES, 'value');
  }
  for (const [key, allowed] of Object.entries(CHOICES)) {
    if (own.get(key)?.length) {
      options[key] = choice(own, key, allowed, '');
    }
  }
  const numbers = [
    ['smoothing_window', 3, 35],
    ['smoothing_sigma', 0.5, 3],
    ['smoothing', 0, 0.999],
    ['level', 0.5, 1],
  ] as const;
  for (const [key, least, most] of numbers) {
    const text = own.get(key)?.at(-1);
    if (text !== undefined) {
      options[key] = number(text, key, least, most);
    }
  }
  for (const key of [
    'series',
    'company',
    'tab',
    'group_by',
    'x_metric',
    'color',
    'sample',
    'text',
    'metric',
    'a',
    'b',
  ]) {
    const several = type === 'table' && key === 'group_by'; // fields
    const text = several ? own.get(key)?.join(', ') : own.get(key)?.at(-1);
    if (text !== undefined) {
      options[key] = text;
    }
  }
  const base = own.get('base')?.at(-1);
  if (base !== undefined) {
    options.base = idOf(base, 'base');
  }
  if (choice(own, 'identical', ['true', 'false'], 'false') === 'true') {
    options.identical = true;
  }
  const iteration = own.get('iteration')?.at(-1);
  if (iteration !== undefined) {
    if (!/^-?[0-9]{1,15}$/.test(iteration)) {
      throw new EmbedError('iteration must be a whole number.', 'iteration');
    }
    options.iteration = Number(iteration);
  }
  const theme = themeOf(own);
  if (theme) {
    options.theme = theme;
  }
  for (const key of ['width', 'height']) {
    const size = sizeOf(own, sizes, key);
    if (size !== null && size !== (key === 'width' ? '100%' : 400)) {
      options[key] = size;
    }
  }
  const store = own.get('store')?.at(-1);
  return {
    version: 1,
    kind: type === 'claim' ? type : TYPES[type],
    store: { id: store === undefined ? '' : idOf(store, 'store'), path: null },
    objects,
    query: asks ? left : null,
    options,
    title: '',
  };
}

function choice(own: Map<string, string[]>, key: string, allowed: readonly string[], otherwise: string): string {
  const text = own.get(key)?.at(-1);
  if (text !== undefined && !allowed.includes(text)) {
    throw new EmbedError(`${key} must be one of ${allowed.join(', ')}.`, key);
  }
  return text ?? otherwise;
}

function idOf(text: string, field: string): string {
  const id = text.toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(id)) {
    throw new EmbedError('An id has 32 hex characters.', field);
  }
  return id;
}

function number(text: string, key: string, least: number, most: number): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (!(least <= value && value <= most)) {
    throw new EmbedError(`${key} must be a number from ${least} to ${most}.`, key);
  }
  return key === 'smoothing_window' ? Math.trunc(value) : value;
}

function themeOf(own: Map<string, string[]>): 'light' | 'dark' | null {
  if (own.has('theme')) {
    return choice(own, 'theme', ['light', 'dark'], 'light') as 'light' | 'dark';
  }
  const light = own.get('light')?.[0]?.toLowerCase();
  if (light !== undefined && !['true', 'false', '1', '0', ''].includes(light)) {
    throw new EmbedError('light must be true or false, or stand alone.', 'light');
  }
  return light === 'true' || light === '1' || light === '' ? 'light' : null;
}

function sizeOf(own: Map<string, string[]>, sizes: Sizes, key: string): number | string | null {
  const text = own.get(key)?.at(-1);
  if (text === undefined) {
    return sizes[key] === undefined ? null : sizeIn(sizes[key], key); // a browser would not mind the frame's either
  }
  const size = sizeIn(text, key);
  if (size === null) {
    throw new EmbedError(`${key} must be 50 to 10000 pixels${key === 'width' ? ', or a percentage' : ''}.`, key);
  }
  return size;
}

function sizeIn(text: string, key: string): number | string | null {
  const pixels = /^([0-9]{1,6})(?:px)?$/.exec(text)?.[1];
  if (pixels !== undefined && Number(pixels) >= 50 && Number(pixels) <= 10_000) {
    return Number(pixels);
  }
  const percent = /^([0-9]{1,3}(?:\.[0-9]{1,3})?)%$/.exec(text)?.[1];
  const isShare = key === 'width' && percent !== undefined && Number(percent) > 0 && Number(percent) <= 100;
  return isShare ? text : null;
}
