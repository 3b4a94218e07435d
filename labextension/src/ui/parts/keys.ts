// Keys that mean the same everywhere in a view: the slash searches, the question mark lists the keys.

/** Whether a key is typed into something. */
function typing(event: KeyboardEvent): boolean {
  return (event.target as HTMLElement).matches(
    'input:not([type=range], [type=checkbox], [type=radio]), textarea, select',
  );
}

/** Listens in a view's root until the signal aborts. */
export function followKeys(root: HTMLElement, signal: AbortSignal): void {
  root.addEventListener(
    'keydown',
    event => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) {
        return;
      }
      if (event.key === '/') {
        // The box of what is shown, wherever the focus is.
        const boxes = [...root.querySelectorAll<HTMLElement>('.tk-search input')];
        const box = boxes.find(found => found.offsetParent !== null);
        if (box) {
          event.preventDefault();
          box.focus();
        }
      } else if (event.key === '?' && !root.querySelector('dialog[open]')) {
        event.preventDefault();
        void import('./shortcuts').then(({ showShortcuts }) => showShortcuts(root));
      }
    },
    { signal },
  );
}
