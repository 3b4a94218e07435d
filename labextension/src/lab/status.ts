// The item of the status bar, while something runs.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { Widget } from '@lumino/widgets';

interface Item {
  widget: Widget;
  dispose: () => void;
}

let item: Item | null = null;

/** Say how many experiments run; nothing where none does. */
export function showCount(count: number, bar: IStatusBar | null, app: JupyterFrontEnd): void {
  if (count === 0 || !bar) {
    item?.dispose();
    item = null;
    return;
  }
  item ??= put(bar, app);
  const { node } = item.widget;
  node.textContent = `${count} running`;
  node.title = `${count} ${count === 1 ? 'experiment runs' : 'experiments run'}: show them`;
}

function put(bar: IStatusBar, app: JupyterFrontEnd): Item {
  const widget = new Widget({ node: document.createElement('button') });
  widget.addClass('jp-StatusBar-TextItem');
  Object.assign(widget.node.style, { border: 'none', background: 'none', font: 'inherit', cursor: 'pointer' });
  widget.node.addEventListener('click', () => void app.commands.execute('trackkit:home'));
  const registered = bar.registerStatusItem('trackkit:running', { item: widget, align: 'left', rank: 100 });
  return {
    widget,
    dispose: () => {
      registered.dispose();
      widget.dispose();
    },
  };
}
