// What browsers have and jsdom lacks: there, so that modules load; a test that depends on one brings its own.

import { configure } from '@testing-library/preact';

// The code of views is loaded when it is first seen, which takes a while on a machine that does much else.
configure({ asyncUtilTimeout: 5_000 });

class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
  takeRecords(): [] {
    return [];
  }
}

Object.assign(globalThis, {
  DragEvent: globalThis.DragEvent ?? class extends MouseEvent {},
  ResizeObserver: globalThis.ResizeObserver ?? Observer,
  IntersectionObserver: globalThis.IntersectionObserver ?? Observer,
});

globalThis.matchMedia ??= (media: string) =>
  Object.assign(new EventTarget(), { media, matches: false, onchange: null }) as unknown as MediaQueryList;
