// Figures as they come: which may be drawn, what kind they are, and what the theme may add where they say nothing.

import type { Figure } from '../protocol';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** A figure that is not drawn, with the reason in words. */
export class FigureError extends Error {
  override readonly name: string = 'FigureError';
}

/** Refuses what is no figure, and figures with keys that could reach into the objects of the page. */
export function checkFigure(found: unknown): Figure {
  const figure = found as Partial<Figure> | null;
  if (typeof figure !== 'object' || figure === null || !Array.isArray(figure.data)) {
    throw new FigureError('This plot holds no figure that could be drawn. Log it again with log_plot.');
  }
  const waiting: unknown[] = [figure];
  while (waiting.length) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) {
      continue;
    }
    if (!Array.isArray(next)) {
      for (const key of Object.getOwnPropertyNames(next)) {
        if (FORBIDDEN.has(key)) {
          throw new FigureError(`This plot is not drawn: it has a key named "${key}", which is not safe to show.`);
        }
      }
    }
    for (const value of Object.values(next)) {
      if (typeof value === 'object' && value !== null) {
        waiting.push(value);
      }
    }
  }
  return figure as Figure;
}

/** A figure that this page may not draw, though another may. */
export class ForbiddenError extends FigureError {
  override readonly name = 'ForbiddenError';
}

const MAPS = new Set([
  'scattergeo',
  'choropleth',
  ...['scatter', 'choropleth', 'density'].flatMap(name => [`${name}map`, `${name}mapbox`]),
]);
/** What changes a figure when a person clicks: any text in there may become any attribute. */
const COMMANDS = /(^|\.)(updatemenus|sliders)(\[|$)/;
const PICTURE = /^data:image\//i;
const REMOTE = /^(?:(?:https?|ftp|wss?):|\/\/)/i;

/** As a browser reads an address: white space is dropped, a backslash is a slash. */
function isRemote(text: string): boolean {
  return REMOTE.test(
    [...text.slice(0, 200)]
      .filter(letter => letter > ' ')
      .join('')
      .replaceAll('\\', '/'),
  );
}

/**
 * The figure without what plotly.js would fetch from the network, and whether anything had to go. A figure is drawn
 * wherever its experiment is looked at, so that it must not be able to tell anybody. Maps are refused: nothing is left
 * of them without their tiles.
 */
export function localFigure(figure: Figure): { figure: Figure; reduced: boolean } {
  let reduced = false;
  const drop = () => {
    reduced = true;
    return '';
  };
  const refuseMap = (type: unknown) => {
    if (typeof type === 'string' && MAPS.has(type)) {
      throw new FigureError('This plot is not drawn: it needs maps from the network, which are not fetched.');
    }
  };
  const ofText = (text: string, key: string, commands: boolean): string => {
    if (/(^|\.)source$/.test(key) && !PICTURE.test(text)) {
      return drop();
    }
    if (commands) {
      refuseMap(text);
      if (isRemote(text)) {
        return drop();
      }
    }
    // Labels may carry styles, and styles addresses.
    if (text.includes('<') && /style\s*=/i.test(text) && /url|image|\\|&#/i.test(text)) {
      reduced = true;
      return text.replace(/style(?=\s*=)/gi, 'class');
    }
    return text;
  };
  const walk = (value: unknown, key: string, commands: boolean): unknown => {
    if (typeof value === 'string') {
      return ofText(value, key, commands);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    let changed: Record<string, unknown> | unknown[] | null = null;
    for (const [name, old] of Object.entries(value)) {
      const inner = Array.isArray(value) ? key : name;
      const now = walk(old, inner, commands || COMMANDS.test(name));
      if (now !== old) {
        changed ??= Array.isArray(value) ? [...value] : { ...value };
        (changed as Record<string, unknown>)[name] = now;
      }
    }
    return changed ?? value;
  };
  for (const trace of figure.data) {
    refuseMap(trace.type);
  }
  return { figure: walk(figure, '', false) as Figure, reduced };
}

const PNG = 'data:image/png;base64,';

/** The address of the picture that a figure is, if it is nothing else: so are those of matplotlib kept. */
export function pictureOf({ data, layout }: Figure): string | null {
  const [trace] = data;
  const images = layout?.images;
  const [image] = Array.isArray(images) && images.length === 1 ? (images as Record<string, unknown>[]) : [];
  const hidden = data.length === 1 && trace?.opacity === 0 && trace.mode === 'markers';
  return hidden && typeof image?.source === 'string' && image.source.startsWith(PNG) ? image.source : null;
}

/** Such a picture as a file, its bytes as they were logged. */
export function pictureFile(address: string): Blob {
  const bytes = Uint8Array.from(atob(address.slice(PNG.length)), letter => letter.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}

/**
 * The figure without traces of a kind that plotly.js does not have, and their kinds. It would draw them as if they were
 * lines, which is not what was logged.
 */
export function knownTraces(figure: Figure, known: (kind: string) => boolean): { figure: Figure; unknown: string[] } {
  const unknown = [...new Set(figure.data.map(typeOf).filter(kind => !known(kind)))];
  if (unknown.length === 0) {
    return { figure, unknown };
  }
  const data = figure.data.filter(trace => known(typeOf(trace)));
  if (data.length === 0) {
    const kinds = unknown.map(kind => `"${kind.slice(0, 40)}"`).join(', ');
    throw new FigureError(`This plot is not drawn: plotly.js knows no trace of the kind ${kinds}.`);
  }
  return { figure: { ...figure, data }, unknown };
}

const SPACE = new Set(['scatter3d', 'surface', 'mesh3d', 'cone', 'streamtube', 'volume', 'isosurface']);
const PLAIN = new Set(['table', 'parcoords', 'parcats', 'pie', 'sankey', 'sunburst', 'treemap', 'icicle', 'indicator']);

function typeOf(trace: Record<string, unknown>): string {
  return typeof trace.type === 'string' ? trace.type : 'scatter';
}

/** Which controls make sense. */
export function kindOf(figure: Figure): 'axes' | 'space' | 'plain' {
  const types = figure.data.map(typeOf);
  if (types.some(type => SPACE.has(type))) {
    return 'space';
  }
  return types.length > 0 && types.every(type => PLAIN.has(type)) ? 'plain' : 'axes';
}

export interface FigureTheme {
  paper: string;
  ink: string;
  /** Of the numbers at the axes, as at curves. */
  muted: string;
  grid: string;
  border: string;
  font: string;
  /** Colours of traces that name none, and the ends of a scale from little to much. */
  series: string[];
  low: string;
  high: string;
}

type Layout = Record<string, unknown>;

function record(value: unknown): Layout {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Layout) : {};
}

/** The plotting area of plotly.py's default template, as a number: it is recognised, never drawn. */
const NOBODYS_PAPER = 0xe5ecf6;

/** plotly.py writes its default template into every figure: it is nobody's choice. */
function chosenTemplate(layout: Layout): boolean {
  const template = record(record(layout.template).layout);
  const nobodys =
    template.paper_bgcolor === 'white' && Number.parseInt(String(template.plot_bgcolor).slice(1), 16) === NOBODYS_PAPER;
  return Object.keys(template).length > 0 && !nobodys;
}

const MARGINS = {
  axes: { l: 48, r: 16, t: 12, b: 40 },
  space: { l: 4, r: 4, t: 4, b: 4 },
  plain: { l: 12, r: 12, t: 8, b: 8 },
};

/** plotly.express leaves room for a title whether there is one or not: that is nobody's choice either. */
function chosenMargin(found: unknown): Layout {
  const margin = record(found);
  return Object.keys(margin).length === 1 && margin.t === 60 ? {} : margin;
}

/** How traces look that come without a template: the figures of our own log_histogram and its like. */
function ownTraces(theme: FigureTheme): Layout {
  const colorbar = { thickness: 8, outlinewidth: 0, tickfont: { size: 11, color: theme.muted } };
  const colorscale = [
    [0, theme.low],
    [1, theme.high],
  ];
  return {
    heatmap: [{ colorscale, colorbar }],
    histogram2d: [{ colorscale, colorbar }],
    contour: [{ colorscale, colorbar }],
    surface: [{ colorscale: 'Viridis', colorbar }],
    scatter: [{ line: { width: 2 }, marker: { size: 5 } }],
    scatter3d: [{ marker: { size: 3, line: { width: 0 } } }],
    bar: [{ marker: { line: { width: 0 } } }],
  };
}

/** Seen from further away than plotly.js stands, so that the labels of the axes are in the card. */
const CAMERA = { eye: { x: 1.75, y: 1.75, z: 1.2 } };

function ownTemplate(theme: FigureTheme): Layout {
  return { layout: { colorway: theme.series, scene: { camera: CAMERA } }, data: ownTraces(theme) };
}

/** Tables take their fills from the template: in the theme's colours, so that its ink stays legible on them. */
function themedTemplate(found: Layout, theme: FigureTheme): Layout {
  const template = Object.keys(found).length > 0 ? found : ownTemplate(theme);
  const line = { color: theme.border, width: 1 };
  const table = {
    type: 'table',
    header: { fill: { color: theme.grid }, line, align: 'left', height: 28 },
    cells: { fill: { color: theme.paper }, line, align: 'left', height: 24 },
  };
  return { ...template, data: { ...record(template.data), table: [table] } };
}

/** The layout to draw: paper, ink and grid from the theme where the figure sets none; its size is the card's. */
export function themedLayout(figure: Figure, theme: FigureTheme): Layout {
  const given = structuredClone(record(figure.layout));
  const { width: _width, height: _height, ...layout } = given;
  layout.autosize = true;
  if (chosenTemplate(layout)) {
    return layout;
  }
  layout.paper_bgcolor ??= theme.paper;
  layout.plot_bgcolor ??= theme.paper;
  layout.font = { family: theme.font, size: 11, color: theme.ink, ...record(layout.font) };
  const title = typeof layout.title === 'string' ? { text: layout.title } : record(layout.title);
  if (title.text) {
    layout.title = { ...title, font: { size: 13, ...record(title.font) } };
  }
  const kind = kindOf(figure);
  layout.margin = { ...MARGINS[kind], ...(title.text ? { t: 40 } : {}), ...chosenMargin(layout.margin) };
  layout.template = themedTemplate(record(layout.template), theme);
  // Who chose an ink for all text chose it for the numbers too.
  const numbers = record(given.font).color ? {} : { tickfont: { color: theme.muted } };
  const lines = { gridcolor: theme.grid, zerolinecolor: theme.border, linecolor: theme.border, ...numbers };
  for (const name of ['xaxis', 'yaxis', ...Object.keys(layout).filter(key => /^[xy]axis\d+$/.test(key))]) {
    layout[name] = { ...lines, automargin: true, ...record(layout[name]) };
  }
  if (kind === 'space') {
    for (const name of new Set(['scene', ...Object.keys(layout).filter(key => /^scene\d*$/.test(key))])) {
      const scene = record(layout[name]);
      const axes = Object.fromEntries(
        ['xaxis', 'yaxis', 'zaxis'].map(axis => [
          axis,
          {
            gridcolor: theme.border,
            zerolinecolor: theme.border,
            backgroundcolor: theme.paper,
            ...record(scene[axis]),
          },
        ]),
      );
      layout[name] = { ...scene, ...axes };
    }
  }
  const legend = record(layout.legend);
  layout.legend = { bgcolor: theme.paper, ...(numbers.tickfont && { font: numbers.tickfont }), ...legend };
  const label = {
    bgcolor: theme.paper,
    bordercolor: theme.border,
    font: { family: theme.font, size: 11, color: theme.ink },
  };
  layout.hoverlabel = { ...label, ...record(layout.hoverlabel) };
  return layout;
}
