// What curves are painted on: a canvas, or the text of an SVG. Both take the same paths, circles and brushes.

export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

export interface Brush {
  color: string;
  alpha: number;
  width: number;
  dash: readonly number[];
  join: 'round' | 'bevel';
}

/** How a shape is filled, and with what it is outlined. */
export interface Fill {
  color: string;
  alpha: number;
  outline?: { color: string; width: number };
}

export interface Surface<Path extends Pen = Pen> {
  pen(): Path;
  stroke(path: Path, brush: Brush): void;
  fill(path: Path, fill: Fill): void;
  circle(x: number, y: number, radius: number, fill: Fill): void;
}

export class CanvasSurface implements Surface<Path2D> {
  constructor(private readonly ctx: CanvasRenderingContext2D) {}

  pen(): Path2D {
    return new Path2D();
  }

  stroke(path: Path2D, { color, alpha, width, dash, join }: Brush): void {
    const ctx = this.ctx;
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.lineJoin = join;
    ctx.setLineDash([...dash]);
    ctx.stroke(path);
  }

  fill(path: Path2D, { color, alpha, outline }: Fill): void {
    const ctx = this.ctx;
    ctx.globalAlpha = alpha;
    ctx.fillStyle = color;
    ctx.fill(path);
    if (outline) {
      this.stroke(path, { ...outline, alpha, dash: [], join: 'round' });
    }
  }

  circle(x: number, y: number, radius: number, fill: Fill): void {
    const path = new Path2D();
    path.arc(x, y, radius, 0, 2 * Math.PI);
    this.fill(path, fill);
  }
}

/** A tenth of a pixel is finer than any screen or printer shows. */
function digits(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export class SvgPen implements Pen {
  private readonly parts: string[] = [];

  moveTo(x: number, y: number): void {
    this.parts.push(`M${digits(x)} ${digits(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.parts.push(`L${digits(x)} ${digits(y)}`);
  }

  closePath(): void {
    this.parts.push('Z');
  }

  toString(): string {
    return this.parts.join('');
  }
}

export function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: no XML may hold them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
  );
}

/** An element; numbers are rounded, text is escaped. */
export function svgElement(name: string, attributes: Record<string, string | number>, inner = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? digits(value) : escapeXml(value)}"`)
    .join('');
  return inner ? `<${name}${written}>${inner}</${name}>` : `<${name}${written}/>`;
}

export class SvgSurface implements Surface<SvgPen> {
  readonly elements: string[] = [];

  pen(): SvgPen {
    return new SvgPen();
  }

  stroke(path: SvgPen, { color, alpha, width, dash, join }: Brush): void {
    this.add(
      'path',
      { d: String(path), fill: 'none', stroke: color, 'stroke-width': width, 'stroke-linejoin': join },
      alpha,
      dash,
    );
  }

  fill(path: SvgPen, fill: Fill): void {
    this.add('path', { d: String(path), ...filled(fill) }, fill.alpha);
  }

  circle(x: number, y: number, radius: number, fill: Fill): void {
    this.add('circle', { cx: x, cy: y, r: radius, ...filled(fill) }, fill.alpha);
  }

  private add(name: string, attributes: Record<string, string | number>, alpha: number, dash: readonly number[] = []) {
    if (attributes.d === '') {
      return;
    }
    this.elements.push(
      svgElement(name, {
        ...attributes,
        ...(alpha < 1 && { opacity: alpha }),
        ...(dash.length && { 'stroke-dasharray': dash.map(digits).join(' ') }),
      }),
    );
  }
}

function filled({ color, outline }: Fill): Record<string, string | number> {
  return { fill: color, ...(outline && { stroke: outline.color, 'stroke-width': outline.width }) };
}
