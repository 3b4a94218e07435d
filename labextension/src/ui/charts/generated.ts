// Traces that plotly.js draws with code it makes as it runs: what is drawn in their place on a page that forbids such code.

import type { Figure } from '../protocol';
import { ForbiddenError } from './figure';

/** By their kind; null: nothing is like it. */
const INSTEAD: Record<string, string | null> = {
  scattergl: 'scatter',
  scatterpolargl: 'scatterpolar',
  parcoords: null,
  splom: null,
};
/** Points that are drawn as shapes of the page: more take seconds. */
const MOST = 50_000;

/** The figure as it can be drawn here. */
export function drawnHere(figure: Figure, mayMakeCode = makesCode): Figure {
  const kinds = figure.data.flatMap(({ type }) =>
    typeof type === 'string' && Object.hasOwn(INSTEAD, type) ? [type] : [],
  );
  if (kinds.length === 0 || mayMakeCode()) {
    return figure;
  }
  const data = figure.data.map(trace => ({ ...trace, type: INSTEAD[String(trace.type)] ?? trace.type }));
  const one = kinds.find(kind => INSTEAD[kind] === null);
  const points = figure.data.reduce((sum, { x, y, r }) => sum + Math.max(...[x, y, r].map(countOf)), 0);
  if (one || points > MOST) {
    throw new ForbiddenError(
      `This plot is not drawn here: plotly.js makes code as it runs for traces of the kind "${one ?? kinds[0]}"` +
        `${one ? '' : ` with so many points (${points.toLocaleString('en')})`}, which this page forbids. ` +
        'Open the experiment in JupyterLab, where it is drawn, or download its data.',
    );
  }
  return { ...figure, data };
}

/** Numbers in a list, also in one that plotly.py wrote as bytes. */
function countOf(list: unknown): number {
  const { length, bdata, dtype } = (list ?? {}) as { length?: unknown; bdata?: unknown; dtype?: unknown };
  if (typeof bdata === 'string') {
    return Math.floor((bdata.length * 3) / 4 / (Number(String(dtype).slice(1)) || 1));
  }
  return typeof length === 'number' ? length : 0;
}

function makesCode(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}
