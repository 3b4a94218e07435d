// A drawn chart as a picture to keep: with its title above and its legend below, as on the screen.

import type { ChartOptions } from './chart';
import { entriesOf, heightOf, ROW, SWATCH, TITLE } from './keyrow';
import type { LineModel } from './model';
import type { Paint } from './paint';

function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
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
  const legend = entriesOf(model, options, paint, drawn.width / scale);
  canvas.width = drawn.width;
  canvas.height = drawn.height + (TITLE + heightOf(legend)) * scale;
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
