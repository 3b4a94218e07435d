// The heads of the table's columns: sort, widen, move and pin, by hand and by keyboard. One is reached by the tab key, arrows lead on.

import { ArrowDown, ArrowUp, Pin, PinOff } from 'lucide';
import { useRef } from 'preact/hooks';
import { Icon } from '../parts/icon';
import type { GridProps } from './grid';
import { type Placed, placeOf } from './places';

const NARROWEST = 48;
const STEP = 16;

export function Head({ at, column, width, left, ...props }: Placed & GridProps & { at: number }) {
  const { key, title, kind, sortable } = column;
  const { order, pinned, columns } = props;
  const sorted = order === key ? 'ascending' : order === `-${key}` ? 'descending' : 'none';
  const dragged = useRef(false);
  const sort = () => {
    // Numbers and times begin with the greatest, names with the first.
    const downFirst = kind === 'number' || kind === 'time';
    const [one, other] = downFirst ? [`-${key}`, key] : [key, `-${key}`];
    props.onOrder(order === one ? other : one);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && event.altKey) {
      props.onMove(key, Math.max(0, Math.min(columns.length - 1, at + by)));
    } else if (by && event.shiftKey) {
      props.onWidth(key, Math.max(NARROWEST, width + by * STEP));
    } else if (by) {
      const heads = [
        ...((event.currentTarget as HTMLElement).closest('tr')?.querySelectorAll('.tk-experiments-sort') ?? []),
      ];
      (heads[heads.indexOf(event.currentTarget as HTMLElement) + by] as HTMLElement | undefined)?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const resize = (event: PointerEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget as HTMLElement;
    const from = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const stop = new AbortController();
    handle.addEventListener(
      'pointermove',
      moved => props.onWidth(key, Math.max(NARROWEST, width + moved.clientX - from)),
      stop,
    );
    handle.addEventListener('lostpointercapture', () => stop.abort(), stop);
  };
  return (
    <th
      scope="col"
      aria-sort={sorted}
      aria-colindex={at + 2}
      class={`tk-experiments-cell ${kind === 'number' ? 'tk-right' : ''} ${left === null ? '' : 'tk-pinned'}`}
      style={placeOf({ column, width, left })}
      draggable
      onDragStart={event => {
        dragged.current = true;
        event.dataTransfer?.setData('text/x-trackkit-column', key);
        event.stopPropagation();
      }}
      onDragEnd={() => {
        dragged.current = false;
      }}
      onDragOver={event => {
        if (event.dataTransfer?.types.includes('text/x-trackkit-column')) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
      onDrop={event => {
        const from = event.dataTransfer?.getData('text/x-trackkit-column');
        if (from) {
          event.preventDefault();
          event.stopPropagation();
          props.onMove(from, at);
        }
      }}
    >
      <button
        type="button"
        class="tk-experiments-sort"
        aria-disabled={!sortable}
        tabIndex={at === 0 ? 0 : -1}
        title={`${sortable ? `Sort by ${title}. ` : ''}Drag or Alt ← → moves, Shift ← → widens\n${key}`}
        onClick={() => sortable && sort()}
        onKeyDown={onKeyDown}
      >
        <span class="tk-cut">{title}</span>
        {sorted !== 'none' && <Icon of={sorted === 'descending' ? ArrowDown : ArrowUp} size={12} />}
      </button>
      <button
        type="button"
        class="tk-experiments-pin"
        tabIndex={-1}
        aria-label={at < pinned ? `Unpin ${title}` : `Pin ${title}`}
        title={at < pinned ? 'Unpin' : 'Pin at the left'}
        onClick={() => props.onPin(key)}
      >
        <Icon of={at < pinned ? PinOff : Pin} size={12} />
      </button>
      <span
        class="tk-experiments-resize"
        aria-hidden="true"
        onPointerDown={resize}
        onDblClick={() => props.onWidth(key, column.width)}
      />
    </th>
  );
}
