// The first drawing of a figure is kept as its picture, for the reports and exports that have no browser.

import type { Figure, PlotEntry } from '../protocol';
import type { Source } from '../source';
import { checkFigure, knownTraces, localFigure, themedLayout } from './figure';
import { drawnHere } from './generated';
import { loadPlotly, themeOf } from './plotly';

const SIZE = { format: 'png', width: 640, height: 400 };
/** In base64: what the server takes of one picture. */
const LARGEST = 900_000;

const tried = new Set<string>();
let queue: Promise<unknown> = Promise.resolve();

/** Leaves the picture of a figure with its experiment, once, when the page has nothing else to do. */
export function keepPicture(source: Source, { experiment, hashes, pictured }: PlotEntry, hash: string, figure: Figure) {
  if (tried.has(hash) || (pictured?.[hashes?.indexOf(hash) ?? -1] ?? true)) {
    return;
  }
  tried.add(hash);
  queue = queue
    .then(() => rest())
    .then(() => drawn(source, figure))
    .then(async picture => {
      if (picture) {
        await source.edit('keep_picture', { id: experiment, hash, picture });
      }
    })
    // Whoever may only read leaves none.
    .catch(() => undefined);
}

/** The address of the picture that was left of a figure. */
export async function keptPicture(source: Source, experiment: string, hash: string): Promise<string> {
  const png = await source.read('figure_picture', { id: experiment, hash });
  return URL.createObjectURL(new Blob([png], { type: 'image/png' }));
}

function rest(): Promise<unknown> {
  return new Promise(resolve => {
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(resolve, { timeout: 5_000 });
    } else {
      setTimeout(resolve, 1_000);
    }
  });
}

/** On light paper, at a size of its own: what is on the screen depends on its window. */
async function drawn(source: Source, figure: Figure): Promise<string | null> {
  const plotly = await loadPlotly(() => source.plotlyUrl());
  const paper = document.createElement('div');
  paper.className = 'trackkit';
  paper.dataset.tkTheme = 'light';
  paper.dataset.tkOwn = '';
  paper.hidden = true;
  document.body.append(paper);
  const theme = themeOf(paper);
  paper.remove();
  const kinds = plotly.PlotSchema.get().traces;
  const possible = drawnHere(localFigure(checkFigure(figure)).figure);
  const { figure: known } = knownTraces(possible, kind => Object.hasOwn(kinds, kind));
  const layout = { ...themedLayout(known, theme), width: SIZE.width, height: SIZE.height };
  for (const scale of [2, 1]) {
    const address = await plotly.toImage({ data: known.data, layout }, { ...SIZE, scale });
    const picture = address.slice(address.indexOf(',') + 1);
    if (picture.length <= LARGEST) {
      return picture;
    }
  }
  return null;
}
