// Whether an element is on screen or close to it: one observer for all charts of a page.

/** CSS pixels beyond the screen that count as close to it. */
const CLOSE = 400;

type Told = (near: boolean) => void;

const observers = new Map<number, IntersectionObserver>();
const told = new WeakMap<Element, Told>();

/** Calls `tell` when `element` comes near the screen or leaves it; an element without a size counts as unchanged. */
export function followNear(element: Element, tell: Told, close = CLOSE): () => void {
  if (typeof IntersectionObserver === 'undefined') {
    tell(true);
    return () => {};
  }
  const observer = observers.get(close) ?? observerOf(close);
  observers.set(close, observer);
  told.set(element, tell);
  observer.observe(element);
  return () => {
    told.delete(element);
    observer.unobserve(element);
  };
}

function observerOf(close: number): IntersectionObserver {
  const margin = `${close}px 0px`;
  return new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        if (isIntersecting || boundingClientRect.width > 0) {
          told.get(target)?.(isIntersecting);
        }
      }
    },
    // The second margin is for views that scroll inside the page; older browsers pass over it.
    { rootMargin: margin, scrollMargin: margin } as IntersectionObserverInit,
  );
}
