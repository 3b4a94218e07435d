// The keys there are, on one page; opened by the question mark wherever the focus is in a view.

import { render } from 'preact';
import { Dialog } from './dialog';
import '../styles/shortcuts.css';

const KEYS: readonly (readonly [where: string, keys: readonly (readonly [keys: string, does: string])[]])[] = [
  [
    'Everywhere',
    [
      ['/', 'Search'],
      ['?', 'These shortcuts'],
      ['Esc', 'Close, clear, go back'],
      ['← →', 'Move among tabs, controls, choices'],
    ],
  ],
  [
    'On a plot',
    [
      ['m', 'Maximize'],
      ['l', 'Toggle logarithmic view'],
      ['t', 'Show as table'],
      ['← →', 'Walk along the curve'],
      ['Shift ← →', 'Select points'],
      ['s', 'Mark the span in every tab'],
      ['← → ↑ ↓', 'Pan, while panning is chosen'],
      ['+ −', 'Zoom in, zoom out'],
      ['0', 'Reset axes'],
    ],
  ],
  ['On the log', [['Enter', 'Mark the moment of the line found, or at the top']]],
  [
    'With the pointer',
    [
      ['drag', 'Zoom, pan or select: whichever is chosen'],
      ['Shift drag', 'Pan'],
      ['double click', 'Autoscale'],
      ['drag under the axis', 'Mark a span in every tab'],
      ['click under the axis', 'Mark a moment in every tab'],
      ['click on a line of the log', 'Mark its moment on every chart'],
      ['Alt click', 'In a legend: this one alone'],
    ],
  ],
];

/** Opens the list in a view's root; the focus goes back to where it was. */
export function showShortcuts(root: HTMLElement): void {
  const place = root.ownerDocument.createElement('div');
  root.append(place);
  const close = () => {
    render(null, place);
    place.remove();
  };
  render(
    <Dialog title="Keyboard shortcuts" onClose={close}>
      <div class="tk-shortcuts">
        {KEYS.map(([where, keys]) => (
          <section key={where}>
            <h3>{where}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={`${key} ${does}`}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>,
    place,
  );
}
