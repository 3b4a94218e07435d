// "Copy embed code": the snippet on the clipboard at once, and where there are notebooks a menu of where else it can go.

import { useSignal } from '@preact/signals';
import { CodeXml, FileInput, SquareCode } from 'lucide';
import { render } from 'preact';
import { copyText } from '../parts/copy';
import { Layer } from '../parts/layer';
import { type MenuItem, MenuItems } from '../parts/menu';
import type { Toast } from '../parts/toast';
import type { View } from '../protocol';
import { type Source, wordsOf } from '../source';
import { type Desk, deskOf } from './desk';
import type { Owner, Part } from './embedding';
import { EmbedError } from './parameters';
import { pythonOf } from './python';
import { parse, snippet, write } from './url';

const NOTEBOOKS = 5;
/** Pixels: its sections have a head. */
const COMPARISON_HEIGHT = 460;
const TOO_LONG =
  'These are too many experiments for an embed code: brush some and keep only these, or embed a query in Python.';

type Say = (toast: Toast) => void;

type Tell = (text: string) => void;

/**
 * Put the snippet on the clipboard; where there are notebooks, open a menu of where else it can go.
 *
 * `say` tells the outcome where the line at the foot of the view cannot be seen.
 */
export function offer(
  part: Part,
  owner: Owner,
  source: Source,
  button: HTMLElement | null,
  toast: Say,
  say: Tell = text => toast({ text }),
): void {
  let view: View;
  try {
    view = embeddable(part, owner, source);
  } catch (reason) {
    toast({ text: reason instanceof EmbedError && reason.field === 'url' ? TOO_LONG : wordsOf(reason), problem: true });
    return;
  }
  copy(snippet(view), 'Embed code copied', say, toast);
  if (button) {
    void deskOf()?.then(desk => openMenu(button, itemsOf(view, desk, say, toast)));
  }
}

/** The view of a part, with what an address can say of it and nothing else. */
function embeddable({ kind, objects, query = null, options }: Part, owner: Owner, source: Source): View {
  const { height, ...chosen } = options;
  const view = {
    version: 1,
    kind,
    objects,
    query,
    options: {
      ...chosen,
      // A share of what it stands in is no size of its own; a comparison fills the window that it is in.
      ...(kind === 'comparison' ? { height: COMPARISON_HEIGHT } : typeof height === 'number' && { height }),
      ...(owner === 'model' && kind !== 'model' && { object_type: 'model' }),
    },
    store: { id: source.storeId, path: null },
    title: '',
  };
  return parse(write(view, true));
}

function copy(text: string, said: string, tell: Tell, toast: Say): void {
  copyText(text).then(
    () => tell(said),
    reason => toast({ text: wordsOf(reason), problem: true }),
  );
}

function itemsOf(view: View, desk: Desk, tell: Tell, toast: Say): MenuItem[] {
  const open = desk.notebooks().slice(0, NOTEBOOKS);
  const reports = open.filter(notebook => notebook.isReport);
  const insert = async (id: string, name: string) => {
    try {
      const undo = await desk.insert(id, view);
      toast({ text: `Put into ${name}`, action: { label: 'Undo', run: undo } });
    } catch (reason) {
      toast({ text: wordsOf(reason), problem: true });
    }
  };
  const places = open.map(({ id, name, isReport }) => ({
    name: id,
    label: isReport && reports.length === 1 ? 'Into the open report' : `Into ${name}`,
    title: name,
    icon: FileInput,
    group: 0,
    refusal: null,
    run: () => void insert(id, name),
  }));
  const none = 'No report is open. Make the notebook you are in one: track.report.here("Title")';
  const nowhere = {
    name: 'none',
    label: 'Into the open report',
    icon: FileInput,
    group: 0,
    refusal: none,
    run: () => {},
  };
  return [
    ...(reports.length > 0 ? [] : [nowhere]),
    ...places,
    {
      name: 'iframe',
      label: 'Copy iframe snippet',
      icon: CodeXml,
      group: 1,
      refusal: null,
      run: () => copy(snippet(view), 'Iframe snippet copied', tell, toast),
    },
    {
      name: 'python',
      label: 'Copy Python',
      icon: SquareCode,
      group: 1,
      refusal: null,
      run: () => copy(pythonOf(view), 'Python copied', tell, toast),
    },
  ];
}

function openMenu(anchor: HTMLElement, items: MenuItem[]): void {
  // Beside what it belongs to, in whose colours it is; in the window over it, where there is one.
  const root = anchor.closest('dialog, .trackkit') ?? anchor.ownerDocument.body;
  const place = anchor.ownerDocument.createElement('div');
  root.append(place);
  const close = () => {
    render(null, place);
    place.remove();
  };
  render(<Menu anchor={anchor} items={items} onClose={close} />, place);
}

interface MenuProps {
  anchor: HTMLElement;
  items: MenuItem[];
  onClose: () => void;
}

function Menu({ anchor, items, onClose }: MenuProps) {
  const open = useSignal(true);
  const at = { current: anchor };
  const close = () => {
    open.value = false;
    onClose();
  };
  return open.value ? (
    <Layer anchor={at} onClose={close} focus="[role=menuitem]">
      <MenuItems label="Copy embed code" items={items} anchor={at} onClose={close} />
    </Layer>
  ) : null;
}
