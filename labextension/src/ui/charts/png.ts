// A drawn chart as a picture to keep: with its title above and its legend below, as on the screen.

import type { ChartOptions } from './chart';
import type { LineModel } from './model';
import { dashOf, type Paint, seriesColor } from './paint';

const TITLE = 30;
const ROW = 18;
const SWATCH = 16;

interface Entry {
  name: string;
  color: string;
  dash: readonly number[];
  left: number;
  row: number;
}

function legendOf(
  ctx: CanvasRenderingContext2D,
  model: LineModel,
  hidden: ReadonlySet<string>,
  paint: Paint,
  width: number,
) {
  const entries: Entry[] = [];
  let left = 12;
  let row = 0;
  for (const { id, name, color, dash } of model.series) {
    if (hidden.has(id)) {
      continue;
    }
    const needed = SWATCH + 6 + ctx.measureText(name).width + 14;
    if (left + needed > width && left > 12) {
      left = 12;
      row += 1;
    }
    entries.push({ name, color: seriesColor(paint, color), dash: dashOf(dash), left, row });
    left += needed;
  }
  return entries;
}

export function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png');
  });
}

export async function composePng(
  drawn: HTMLCanvasElement,
  model: LineModel,
  options: ChartOptions,
  paint: Paint,
  scale: number,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const ctx = canvas.getContext('2d') as CanvasRenderingContext2D;
  const width = drawn.width / scale;
  ctx.font = `11px ${paint.font}`;
  const legend = options.legend && model.series.length > 1 ? legendOf(ctx, model, options.hidden, paint, width) : [];
  const rows = legend.length ? (legend[legend.length - 1] as Entry).row + 1 : 0;
  canvas.width = drawn.width;
  canvas.height = drawn.height + (TITLE + (rows ? rows * ROW + 8 : 4)) * scale;
  ctx.fillStyle = paint.paper;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(drawn, 0, TITLE * scale);
  ctx.scale(scale, scale);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = paint.ink;
  ctx.font = `600 13px ${paint.font}`;
  ctx.fillText(model.title, 12, TITLE / 2 + 2);
  ctx.font = `11px ${paint.font}`;
  for (const { name, color, dash, left, row } of legend) {
    const y = TITLE + drawn.height / scale + row * ROW + ROW / 2;
    ctx.strokeStyle = color;
    ctx.lineWidth = 2;
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + SWATCH, y);
    ctx.stroke();
    ctx.fillStyle = paint.muted;
    ctx.fillText(name, left + SWATCH + 6, y);
  }
  return toBlob(canvas);
}
