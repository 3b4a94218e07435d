// How far the parts of a view are scrolled, as shares of their way: what another size of the same view can go to.

const WAIT_MS = 3_000;

export type Scrolled = Record<string, number>;

/** What scrolls in what is seen, by a name that is the same in every mount of the same view. */
function scrollers(root: HTMLElement): [string, HTMLElement][] {
  const found: [string, HTMLElement][] = [];
  const counts = new Map<string, number>();
  for (const element of root.querySelectorAll<HTMLElement>('.tk-panel:not([hidden]), .tk-panel:not([hidden]) *')) {
    const { overflowY } = getComputedStyle(element);
    if (overflowY === 'auto' || overflowY === 'scroll') {
      const name = element.className.split(' ')[0] ?? '';
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      found.push([`${name} ${count}`, element]);
    }
  }
  return found;
}

export function readScrolled(root: HTMLElement, before: Scrolled = {}): Scrolled {
  const now: Scrolled = {};
  for (const [name, element] of scrollers(root)) {
    const way = element.scrollHeight - element.clientHeight;
    // What has no way to go here keeps how far it was elsewhere.
    now[name] = way > 1 ? element.scrollTop / way : (before[name] ?? 0);
  }
  return now;
}

/** Go there as soon as the content is, unless a person scrolls first. */
export function scrollTo(root: HTMLElement, wanted: Scrolled, abort: AbortSignal): void {
  const left = new Map(Object.entries(wanted).filter(([, share]) => share > 0));
  const end = new AbortController();
  const signal = AbortSignal.any([abort, end.signal]);
  const heights = new Map<string, number>();
  const go = () => {
    for (const [name, element] of scrollers(root)) {
      const share = left.get(name);
      const way = element.scrollHeight - element.clientHeight;
      if (share !== undefined && way > 1 && heights.get(name) !== way) {
        heights.set(name, way);
        element.scrollTop = share * way;
      }
    }
  };
  if (left.size === 0) {
    return;
  }
  const grown = new MutationObserver(go);
  grown.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['style', 'hidden'] });
  const timer = setTimeout(() => end.abort(), WAIT_MS);
  for (const kind of ['wheel', 'pointerdown', 'keydown']) {
    root.addEventListener(kind, () => end.abort(), { signal });
  }
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    grown.disconnect();
  });
  go();
}
