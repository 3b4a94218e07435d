// Layers over a plot, and places on it.

export interface Point {
  left: number;
  top: number;
}

/** A layer over the plot that takes no clicks. */
export function layer(className: string): HTMLElement {
  const made = document.createElement('div');
  made.className = className;
  made.hidden = true;
  return made;
}
