// The viewer of one debug sample: its iterations, its pixels, its file.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { ChevronLeft, ChevronRight, Download, File, Maximize2, ZoomIn, ZoomOut } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Dialog } from '../parts/dialog';
import { downloadFile, fileName } from '../parts/download';
import { bytes, integer } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { Nothing } from '../parts/states';
import type { Sample } from '../protocol';
import type { Source } from '../source';

const ZOOM_STEP = 1.5;
const ZOOM_LIMITS = [0.05, 64] as const;
/** A tiny picture is not blown up further than this to fill the stage. */
const FIT_LIMIT = 40;
/** From here on single pixels are meant to be seen. */
const PIXELS_FROM = 2;

const EXTENSIONS: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'text/html': 'html',
};

export function sampleFile({ name, metric, variant, iteration, mime }: Sample): string {
  if (name) {
    return fileName(name);
  }
  const extension = EXTENSIONS[mime ?? ''];
  return fileName(metric, variant, iteration) + (extension ? `.${extension}` : '');
}

interface ViewerProps {
  source: Source;
  id: string;
  sample: Sample;
  onClose: () => void;
}

export function SampleViewer({ source, id, sample, onClose }: ViewerProps) {
  const { metric, variant } = sample;
  const steps = useLive(source, [id], signal => source.read('sample_iterations', { id, metric, variant }, signal), [
    id,
    metric,
    variant,
  ]);
  const chosen = useSignal({ iteration: sample.iteration, hash: sample.hash });
  const zoom = useSignal<number | null>(null);
  const fitted = useSignal(1);
  const point = useSignal<[number, number] | null>(null);
  const natural = useSignal<[number, number] | null>(null);
  const all = useComputed(() =>
    [...(steps.value.value?.samples ?? [])].sort((a, b) => a.iteration - b.iteration),
  ).value;
  const at = all.findIndex(step => step.hash === chosen.value.hash && step.iteration === chosen.value.iteration);
  const shown: Sample = { ...sample, ...(all[at] ?? chosen.value) };
  const size = natural.value ?? (shown.width && shown.height ? [shown.width, shown.height] : null);
  const go = (index: number) => {
    const step = all[index];
    if (step) {
      chosen.value = { iteration: step.iteration, hash: step.hash };
      point.value = null;
    }
  };
  const zoomBy = (factor: number) => {
    const next = (zoom.value ?? fitted.value) * factor;
    zoom.value = Math.min(Math.max(next, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]);
  };
  const fit = () => {
    zoom.value = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).matches('audio, video')) {
      return;
    }
    const act = {
      ArrowLeft: () => go(at - 1),
      ArrowRight: () => go(at + 1),
      '+': () => zoomBy(ZOOM_STEP),
      '-': () => zoomBy(1 / ZOOM_STEP),
      '0': fit,
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  };
  const image = shown.kind === 'image';
  const file = sampleFile(shown);
  const tools = (
    <>
      {image && (
        <>
          <Button label="Zoom out" icon={ZoomOut} shortcut="−" onClick={() => zoomBy(1 / ZOOM_STEP)} />
          <Button label="Zoom in" icon={ZoomIn} shortcut="+" onClick={() => zoomBy(ZOOM_STEP)} />
          <Button label="Fit" icon={Maximize2} shortcut="0" onClick={fit} pressed={zoom.value === null} />
        </>
      )}
      <Button label="Download" icon={Download} onClick={() => downloadFile(source, id, shown.hash, file)} />
    </>
  );
  return (
    <Dialog title={`${metric} / ${variant}`} tools={tools} onClose={onClose} onKeyDown={onKeyDown}>
      <div class="tk-viewer">
        <div class="tk-viewer-stage">
          {image ? (
            <Stage
              url={source.fileUrl(id, shown.hash)}
              name={`${metric} / ${variant}, iteration ${shown.iteration}`}
              zoom={zoom}
              fitted={fitted}
              point={point}
              natural={natural}
              onZoom={zoomBy}
            />
          ) : (
            <Player source={source} id={id} sample={shown} />
          )}
        </div>
        <div class="tk-viewer-legend tk-number">
          <span>Iteration {integer(shown.iteration)}</span>
          {size && (
            <span>
              {size[0]} × {size[1]}
            </span>
          )}
          {image && <span>{Math.round((zoom.value ?? fitted.value) * 100)} %</span>}
          {shown.size !== null && <span>{bytes(shown.size)}</span>}
          {image && (
            <span class="tk-viewer-point">{point.value ? `X ${point.value[0]}, Y ${point.value[1]}` : 'X –, Y –'}</span>
          )}
        </div>
        <div class="tk-viewer-steps">
          <Button label="Previous" icon={ChevronLeft} shortcut="←" onClick={() => go(at - 1)} disabled={at <= 0}>
            Previous
          </Button>
          <input
            type="range"
            class="tk-range"
            aria-label="Iteration"
            aria-valuetext={`iteration ${shown.iteration}`}
            min={0}
            max={Math.max(all.length - 1, 0)}
            value={Math.max(at, 0)}
            disabled={all.length < 2}
            onInput={event => go(Number(event.currentTarget.value))}
          />
          <Button
            label="Next"
            icon={ChevronRight}
            shortcut="→"
            onClick={() => go(at + 1)}
            disabled={at < 0 || at >= all.length - 1}
          >
            Next
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface StageProps {
  url: string;
  name: string;
  zoom: Signal<number | null>;
  fitted: Signal<number>;
  point: Signal<[number, number] | null>;
  natural: Signal<[number, number] | null>;
  onZoom: (factor: number) => void;
}

function Stage({ url, name, zoom, fitted, point, natural, onZoom }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const broken = useSignal('');
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
    const [width, height] = [image.naturalWidth || 300, image.naturalHeight || 300];
    natural.value = [width, height];
    fitIn();
  };
  const onMove = (event: PointerEvent) => {
    const image = event.currentTarget as HTMLImageElement;
    const frame = image.getBoundingClientRect();
    const x = Math.floor(((event.clientX - frame.left) / frame.width) * image.naturalWidth);
    const y = Math.floor(((event.clientY - frame.top) / frame.height) * image.naturalHeight);
    const inside = x >= 0 && y >= 0 && x < image.naturalWidth && y < image.naturalHeight;
    point.value = inside ? [x, y] : null;
  };
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      onZoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    }
  };
  const scale = zoom.value ?? fitted.value;
  const [width, height] = natural.value ?? [0, 0];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={box} class="tk-stage" tabIndex={0} aria-label={name} onWheel={onWheel}>
      {broken.value === url ? (
        <Nothing>This picture cannot be shown; download it to look at it elsewhere.</Nothing>
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
          onPointerMove={onMove}
          onPointerLeave={() => {
            point.value = null;
          }}
        />
      )}
    </section>
  );
}

function Player({ source, id, sample }: { source: Source; id: string; sample: Sample }) {
  const url = source.fileUrl(id, sample.hash);
  const name = `${sample.metric} / ${sample.variant}`;
  switch (sample.kind) {
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: a logged sound has no captions
      return <audio controls src={url} aria-label={name} />;
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: a logged video has no captions
        <video controls src={url} aria-label={name} />
      );
    case 'html':
      return <iframe sandbox="" src={url} title={name} />;
    default:
      return (
        <div class="tk-tile-other">
          <Icon of={File} size={32} />
          <span class="tk-faint">{sample.mime ?? 'A file of an unknown kind'}</span>
        </div>
      );
  }
}
