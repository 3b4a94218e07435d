// The door of an exported page: its views answer from what is kept in the page, and nothing leaves it.

import { mount, type View } from '../ui';
import { type Kept, SnapshotSource } from './snapshot';
import { enliven } from './tables';

interface Page extends Kept {
  views: Record<string, View>;
}

/** In pixels; the others are as high as what they show. */
const HEIGHTS: Partial<Record<View['kind'], number>> = {
  experiment: 560,
  model: 560,
  comparison: 480,
  scalars: 420,
  plot: 460,
  samples: 320,
};

function start(): void {
  const text = document.getElementById('trackkit-data')?.textContent ?? '{}';
  const { views, answers, files } = JSON.parse(text) as Page;
  const sources = new Map<string, SnapshotSource>();
  const show = (figure: Element) => {
    const view = views[(figure as HTMLElement).dataset.view ?? ''];
    const still = figure.querySelector(':scope > .still');
    if (!view || !still) {
      return;
    }
    const { id } = view.store;
    const source = sources.get(id) ?? new SnapshotSource(id, answers[id] ?? [], files);
    sources.set(id, source);
    const live = document.createElement('div');
    live.className = 'live';
    still.before(live);
    const { height = HEIGHTS[view.kind] } = view.options;
    const options = { ...view.options, width: '100%', ...(height && { height }) };
    mount(live, { ...view, options }, source, new AbortController().signal);
    figure.classList.add('is-live');
  };
  const near = new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          near.unobserve(target);
          show(target);
        }
      }
    },
    { rootMargin: '400px' },
  );
  for (const figure of document.querySelectorAll('figure[data-view]')) {
    near.observe(figure);
  }
  for (const table of document.querySelectorAll<HTMLTableElement>('article > table, .tables > table')) {
    if (!table.closest('figure[data-view]')) {
      enliven(table);
    }
  }
}

start();
