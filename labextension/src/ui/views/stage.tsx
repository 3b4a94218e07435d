// Where a picture is looked at: as large as it fits or as one wants it, moved by dragging, its pixels by their places.

import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Nothing } from '../parts/states';

export const ZOOM_LIMITS = [0.05, 64] as const;
const WHEEL = 1.15;
/** A tiny picture is not blown up further than this to fill the stage. */
const FIT_LIMIT = 40;
/** From here on single pixels are meant to be seen. */
const PIXELS_FROM = 2;

interface StageProps {
  url: string;
  name: string;
  zoom: Signal<number | null>;
  fitted: Signal<number>;
  point: Signal<[number, number] | null>;
  natural: Signal<[number, number] | null>;
}

export function Stage({ url, name, zoom, fitted, point, natural }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const broken = useSignal('');
  const held = useSignal(false);
  // A picture may be there before the dialog has a size, and the dialog's size may change.
  const fitIn = () => {
    const room = box.current;
    const size = natural.peek();
    if (room?.clientWidth && room.clientHeight && size) {
      fitted.value = Math.min(room.clientWidth / size[0], room.clientHeight / size[1], FIT_LIMIT);
    }
  };
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(fitIn);
    sizes.observe(box.current as Element);
    return () => sizes.disconnect();
  }, []);
  const onLoad = (event: Event) => {
    const image = event.currentTarget as HTMLImageElement;
    // Drawings that name no size have none.
    natural.value = [image.naturalWidth || 300, image.naturalHeight || 300];
    broken.value = '';
    fitIn();
  };
  const onMove = (event: PointerEvent) => {
    const room = box.current;
    if (held.value && room) {
      room.scrollLeft -= event.movementX;
      room.scrollTop -= event.movementY;
    }
    const image = event.currentTarget as HTMLImageElement;
    const frame = image.getBoundingClientRect();
    const x = Math.floor(((event.clientX - frame.left) / frame.width) * image.naturalWidth);
    const y = Math.floor(((event.clientY - frame.top) / frame.height) * image.naturalHeight);
    const inside = x >= 0 && y >= 0 && x < image.naturalWidth && y < image.naturalHeight;
    point.value = inside ? [x, y] : null;
  };
  const scale = zoom.value ?? fitted.value;
  /** What must stay where it is in the next drawing: a place of the picture, and of the room. */
  const kept = useRef<{ x: number; y: number; left: number; top: number } | null>(null);
  const onWheel = (event: WheelEvent) => {
    const room = box.current;
    const image = room?.querySelector('img');
    if (!room || !image) {
      return;
    }
    event.preventDefault();
    const [frame, around] = [image.getBoundingClientRect(), room.getBoundingClientRect()];
    kept.current = {
      x: (event.clientX - frame.left) / frame.width,
      y: (event.clientY - frame.top) / frame.height,
      left: event.clientX - around.left,
      top: event.clientY - around.top,
    };
    const factor = WHEEL ** -Math.sign(event.deltaY);
    zoom.value = Math.min(Math.max(scale * factor, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]);
  };
  useLayoutEffect(() => {
    const [room, place] = [box.current, kept.current];
    const image = room?.querySelector('img');
    kept.current = null;
    if (room && image && place) {
      const [frame, around] = [image.getBoundingClientRect(), room.getBoundingClientRect()];
      room.scrollLeft += frame.left + place.x * frame.width - around.left - place.left;
      room.scrollTop += frame.top + place.y * frame.height - around.top - place.top;
    }
  }, [scale]);
  const onDown = (event: PointerEvent) => {
    if (event.button === 0 && event.pointerType === 'mouse') {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      held.value = true;
    }
  };
  const [width, height] = natural.value ?? [0, 0];
  const look = held.value ? 'tk-stage tk-held' : 'tk-stage';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={box} class={look} tabIndex={0} aria-label={name} onWheel={onWheel}>
      {broken.value === url ? (
        <Nothing>This picture is damaged or of a kind that browsers do not show. Download gives its file.</Nothing>
      ) : (
        <img
          src={url}
          alt={name}
          draggable={false}
          class={scale >= PIXELS_FROM ? 'tk-pixels' : ''}
          style={
            natural.value ? { width: `${width * scale}px`, height: `${height * scale}px` } : { visibility: 'hidden' }
          }
          onLoad={onLoad}
          onError={() => {
            broken.value = url;
          }}
          onPointerDown={onDown}
          onPointerUp={() => {
            held.value = false;
          }}
          onPointerMove={onMove}
          onPointerLeave={() => {
            point.value = null;
          }}
        />
      )}
    </section>
  );
}
