// The viewer of one debug sample: its iterations, its pixels, its file.

import { useComputed, useSignal } from '@preact/signals';
import { ChevronLeft, ChevronRight, Download, Maximize2, Scan, ZoomIn, ZoomOut } from 'lucide';
import { EmbedButton } from '../embedding/button';
import { Dialog } from '../parts/dialog';
import { downloadFile } from '../parts/download';
import { bytes, integer } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import type { Sample, SampleStep } from '../protocol';
import type { Source } from '../source';
import { Player } from './player';
import { sampleFile } from './samplefile';
import { Stage, ZOOM_LIMITS } from './stage';

const ZOOM_STEP = 1.5;

interface ViewerProps {
  source: Source;
  id: string;
  sample: Sample;
  /** Another one is shown now. */
  onStep?: (sample: SampleStep) => void;
  onClose: () => void;
}

export function SampleViewer({ source, id, sample, onStep, onClose }: ViewerProps) {
  const { metric, variant } = sample;
  const steps = useLive(source, [id], signal => source.read('sample_iterations', { id, metric, variant }, signal), [
    id,
    metric,
    variant,
  ]);
  /** Which of the samples is shown; null until a person steps: the one that was opened. */
  const chosen = useSignal<number | null>(null);
  const zoom = useSignal<number | null>(null);
  const fitted = useSignal(1);
  const point = useSignal<[number, number] | null>(null);
  const natural = useSignal<[number, number] | null>(null);
  const all = useComputed(() =>
    [...(steps.value.value?.samples ?? [])].sort((a, b) => a.iteration - b.iteration),
  ).value;
  // The same file may be there at several iterations, and twice at one.
  const at = chosen.value ?? all.findIndex(step => step.hash === sample.hash && step.iteration === sample.iteration);
  const shown: Sample = { ...sample, ...all[at] };
  const size = natural.value ?? (shown.width && shown.height ? [shown.width, shown.height] : null);
  const go = (index: number) => {
    if (index >= 0 && index < all.length) {
      chosen.value = index;
      point.value = null;
      natural.value = null;
      onStep?.(all[index] as SampleStep);
    }
  };
  const zoomBy = (factor: number) => {
    const next = (zoom.value ?? fitted.value) * factor;
    zoom.value = Math.min(Math.max(next, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]);
  };
  const fit = () => {
    zoom.value = null;
  };
  const actual = () => {
    zoom.value = 1;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      (event.target as HTMLElement).matches('audio, video, input')
    ) {
      return;
    }
    const act = {
      ArrowLeft: () => go(at - 1),
      ArrowRight: () => go(at + 1),
      '+': () => zoomBy(ZOOM_STEP),
      '-': () => zoomBy(1 / ZOOM_STEP),
      '0': fit,
      '1': actual,
      Home: () => go(0),
      End: () => go(all.length - 1),
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
          <Button label="Actual size" icon={Scan} shortcut="1" onClick={actual} pressed={zoom.value === 1}>
            1:1
          </Button>
          <Button label="Fit" icon={Maximize2} shortcut="0" onClick={fit} pressed={zoom.value === null} />
        </>
      )}
      <EmbedButton
        source={source}
        part={{ kind: 'samples', objects: [id], options: { metrics: [metric], variants: [variant] } }}
      />
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
