// A drawn chart as SVG: title, axes, curves and legend as shapes and text, good for print.

import type { Tick } from './axes';
import { entriesOf, heightOf, ROW, SWATCH, TITLE } from './keyrow';
import { plainColor } from './paint';
import { paintCurves, paintMarks, type Scene } from './strokes';
import { escapeXml, SvgSurface, svgElement } from './surface';

/** The scene is laid out on a canvas of `devicePixelRatio` 1 to 1 CSS pixels: the copy that pictures are made from. */
export function composeSvg(
  scene: Scene,
  size: { width: number; height: number },
  ticks: { x: Tick[]; y: Tick[] },
): Blob {
  const { model, options, box, map } = scene;
  const paint = {
    ...scene.paint,
    series: scene.paint.series.map(plainColor),
    ...Object.fromEntries(
      (['ink', 'muted', 'grid', 'border', 'paper'] as const).map(name => [name, plainColor(scene.paint[name])]),
    ),
  };
  const legend = entriesOf(model, options, paint, size.width);
  const height = size.height + TITLE + heightOf(legend);
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  const text = (content: string, x: number, y: number, more: Record<string, string | number> = {}) =>
    svgElement('text', { x, y, fill: paint.muted, ...more }, escapeXml(content));
  const rule = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
    svgElement('line', { x1, y1, x2, y2, stroke });
  const surface = new SvgSurface();
  paintCurves(surface, { ...scene, paint });
  const marks = new SvgSurface();
  paintMarks(marks, { ...scene, paint });
  const plot = [
    ...ticks.y.map(({ value }) => rule(box.left, map.toY(value), right, map.toY(value), paint.grid)),
    ...ticks.y.map(({ value, label }) => text(label, box.left - 5, map.toY(value) + 4, { 'text-anchor': 'end' })),
    ...ticks.x.map(({ value, label }) => text(label, map.toX(value), bottom + 15, { 'text-anchor': 'middle' })),
    rule(box.left, bottom, right, bottom, paint.border),
    svgElement('g', { 'clip-path': 'url(#plot)', 'stroke-linecap': 'butt' }, surface.elements.join('\n')),
    marks.elements.join('\n'),
  ];
  const clip = svgElement('rect', { x: box.left - 2, y: box.top - 2, width: box.width + 4, height: box.height + 4 });
  const names = legend.flatMap(({ name, color, dash, left, row }) => {
    const y = TITLE + size.height + row * ROW + ROW / 2;
    const line = { x1: left, y1: y, x2: left + SWATCH, y2: y, stroke: color, 'stroke-width': 2 };
    return [
      svgElement('line', { ...line, ...(dash.length && { 'stroke-dasharray': dash.join(' ') }) }),
      text(name, left + SWATCH + 6, y + 4),
    ];
  });
  const parts = [
    svgElement('title', {}, escapeXml(model.title)),
    svgElement('defs', {}, svgElement('clipPath', { id: 'plot' }, clip)),
    svgElement('rect', { width: size.width, height, fill: paint.paper }),
    text(model.title, 12, TITLE / 2 + 6, { fill: paint.ink, 'font-size': 13, 'font-weight': 600 }),
    svgElement('g', { transform: `translate(0 ${TITLE})` }, plot.join('\n')),
    ...names,
  ];
  const whole = svgElement(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: size.width,
      height,
      viewBox: `0 0 ${size.width} ${height}`,
      'font-family': paint.font,
      'font-size': 11,
    },
    `\n${parts.join('\n')}\n`,
  );
  return new Blob([`${whole}\n`], { type: 'image/svg+xml' });
}
