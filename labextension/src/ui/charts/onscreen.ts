// Whether an element is on screen or close to it: one observer for all charts of a page.

const MARGIN = '400px 0px';

type Told = (near: boolean) => void;

let observer: IntersectionObserver | null = null;
const told = new WeakMap<Element, Told>();

/** Calls `tell` when `element` comes near the screen or leaves it; an element without a size counts as unchanged. */
export function followNear(element: Element, tell: Told): () => void {
  if (typeof IntersectionObserver === 'undefined') {
    tell(true);
    return () => {};
  }
  observer ??= new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        if (isIntersecting || boundingClientRect.width > 0) {
          told.get(target)?.(isIntersecting);
        }
      }
    },
    // The second margin is for views that scroll inside the page; older browsers pass over it.
    { rootMargin: MARGIN, scrollMargin: MARGIN } as IntersectionObserverInit,
  );
  told.set(element, tell);
  observer.observe(element);
  return () => {
    told.delete(element);
    observer?.unobserve(element);
  };
}
