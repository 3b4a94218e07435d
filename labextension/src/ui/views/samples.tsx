// The Debug samples tab: what was logged at each iteration, newest first.

import { useSignal } from '@preact/signals';
import { ArrowDown, ArrowUp, ChevronsUp, Download, File, FileCode, Play, Volume2 } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { useClock } from '../clock';
import { markTime, useGoing } from '../clocktabs';
import { EmbedButton } from '../embedding/button';
import { downloadFile } from '../parts/download';
import { bytes, integer } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { useLive } from '../parts/live';
import { Empty, Nothing, Problem, SkeletonTiles } from '../parts/states';
import type { Sample, SamplesAnswer } from '../protocol';
import type { Source } from '../source';
import type { SamplesTabProps } from './props';
import { sampleFile } from './samplefile';
import { SamplePicture } from './samplepicture';

const SampleViewer = lazy(
  async () => (await import('./viewer')).SampleViewer,
  () => null,
);

/** Iterations on one page. */
const BATCH = 3;
/** Samples of one iteration, until more of them are asked for. */
const MOST = 200;

interface Place {
  before?: number;
  after?: number;
}

/** The page that begins with an iteration; the newest one without. */
function placeOf(iteration: number | null): Place {
  return iteration === null ? {} : { before: iteration + 1 };
}

export function SamplesTab({ source, objects, options, onOptions }: SamplesTabProps) {
  return (
    <>
      {objects.map(id => (
        <Samples key={id} source={source} id={id} options={options} onOptions={onOptions} />
      ))}
    </>
  );
}

type SamplesProps = Pick<SamplesTabProps, 'source' | 'options' | 'onOptions'> & { id: string };

function Samples({ source, id, options, onOptions }: SamplesProps) {
  const first = options.metrics?.[0] ?? null;
  const wanted = typeof options.iteration === 'number' ? options.iteration : null;
  const metric = useSignal(first);
  const place = useSignal<Place>(placeOf(wanted));
  const open = useSignal<Sample | null>(null);
  const most = useSignal(MOST);
  const page = useRef<HTMLDivElement>(null);
  const live = useLive(
    source,
    [id],
    async signal => {
      const at = place.value;
      const asked = { id, limit: BATCH, most: most.value, ...(metric.value && { metric: metric.value }), ...at };
      return { at, question: JSON.stringify(asked), answer: await source.read('samples', asked, signal) };
    },
    [id, metric.value, place.value, most.value],
  );
  const still = useStill(live.value.value, () => isBusy(page.current) || open.value !== null);
  const answer = still.shown?.answer;
  const clock = useClock();
  const moved = useRef(false);
  const shown = Object.keys(place.value).length > 0 ? (top(answer) ?? null) : null;
  useEffect(() => {
    metric.value = first;
  }, [first]);
  useEffect(() => {
    if (wanted !== shown && !moved.current) {
      still.release();
      place.value = placeOf(wanted);
    }
  }, [wanted]);
  useEffect(() => {
    // Where Older and Newer led is known with their answer.
    if (moved.current && still.shown?.at === place.value) {
      moved.current = false;
      onOptions?.({ iteration: shown });
    }
  }, [answer, shown]);
  const go = (to: Place) => {
    still.release();
    const newest = Object.keys(to).length === 0;
    moved.current = !newest;
    if (newest) {
      onOptions?.({ iteration: null });
    }
    place.value = to;
    const panel = page.current?.closest('.tk-panel');
    if (panel) {
      panel.scrollTop = 0;
    }
  };
  useGoing('samples', found => {
    if (found.samples) {
      go({ before: found.samples[1] + 1 });
    }
  });
  if (!answer) {
    const error = live.error.value;
    return error ? <Problem error={error} onRetry={() => live.wake()} /> : live.late.value ? <SkeletonTiles /> : null;
  }
  if (answer.metrics.length === 0) {
    return (
      <Empty code='exp.log_image("digits", "misclassified", image)'>
        Images, audio, video and HTML logged while it runs appear here.
      </Empty>
    );
  }
  const iterations = answer.iterations.map(({ iteration }) => iteration);
  const marked = clock?.newest.value?.found.samples;
  const older = () => go({ before: Math.min(...iterations) });
  const newer = () => go({ after: Math.max(...iterations) });
  return (
    <div ref={page} class="tk-page tk-samples">
      <div class="tk-bar tk-bar-sticky">
        <label class="tk-label">
          Metric
          <select
            class="tk-choice"
            value={metric.value ?? ''}
            onChange={event => {
              still.release();
              metric.value = event.currentTarget.value || null;
              onOptions?.({ metrics: metric.value === null ? [] : [metric.value], iteration: null });
              place.value = {};
            }}
          >
            <option value="">All</option>
            {answer.metrics.map(name => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <span class="tk-space" />
        <Button label="Older" icon={ArrowDown} onClick={older} disabled={!answer.older}>
          <span class="tk-wide-only">Older</span>
        </Button>
        <Button label="Newer" icon={ArrowUp} onClick={newer} disabled={!answer.newer}>
          <span class="tk-wide-only">Newer</span>
        </Button>
        <Button
          label="Newest"
          icon={ChevronsUp}
          onClick={() => go({})}
          disabled={!answer.newer && !still.waiting}
          class={still.waiting ? 'tk-strong' : ''}
        >
          <span class="tk-wide-only">Newest</span>
        </Button>
      </div>
      {answer.iterations.length === 0 && <Nothing>Nothing was logged here for this metric.</Nothing>}
      {answer.iterations.map(({ iteration, samples, total }) => (
        <section
          key={iteration}
          class="tk-samples-batch"
          aria-label={`Iteration ${iteration}`}
          data-lit={marked && marked[0] <= iteration && iteration <= marked[1] ? true : undefined}
        >
          <h3 class="tk-number">Iteration {integer(iteration)}</h3>
          <div class="tk-tiles">
            {samples.map(sample => (
              <Tile
                key={`${sample.metric}/${sample.variant}/${sample.hash}`}
                source={source}
                id={id}
                sample={sample}
                onOpen={() => {
                  open.value = sample;
                  markTime(clock, sample.time, 'samples');
                }}
              />
            ))}
          </div>
          {samples.length < total && (
            <div class="tk-samples-more">
              <span class="tk-faint tk-number">
                {integer(samples.length)} of {integer(total)} samples
              </span>
              <button
                type="button"
                class="tk-button"
                onClick={() => {
                  most.value += 2 * MOST;
                }}
              >
                Show more
              </button>
            </div>
          )}
        </section>
      ))}
      {open.value && (
        <SampleViewer
          source={source}
          id={id}
          sample={open.value}
          onStep={({ time }) => markTime(clock, time, 'samples')}
          onClose={() => {
            open.value = null;
          }}
        />
      )}
    </div>
  );
}

/** A person points at the page, or has scrolled into it: then new samples wait. */
function isBusy(page: HTMLElement | null): boolean {
  const panel = page?.closest('.tk-panel');
  return Boolean(
    page &&
      (page.querySelector('.tk-tiles:hover') ||
        page.querySelector('.tk-tiles :focus-visible') ||
        (panel && panel.scrollTop > 0)),
  );
}

/** An answer, and what it answers: a slow one may come when something else has been asked for. */
interface Answered {
  at: Place;
  question: string;
  answer: SamplesAnswer;
}

/** Keeps what is shown while a person is at it; `waiting` says that something newer is there. */
function useStill(newest: Answered | undefined, busy: () => boolean) {
  const kept = useRef(newest);
  const free = useRef(true);
  const before = kept.current;
  if (newest && newest !== before) {
    const moved = before !== undefined && top(before.answer) !== top(newest.answer);
    if (before?.question !== newest.question || free.current || !moved || !busy()) {
      free.current = false;
      kept.current = newest;
    }
  }
  const shown = kept.current;
  return {
    shown,
    waiting: shown !== newest,
    release: () => {
      free.current = true;
    },
  };
}

function top(answer: SamplesAnswer | undefined): number | undefined {
  return answer?.iterations[0]?.iteration;
}

interface TileProps {
  source: Source;
  id: string;
  sample: Sample;
  onOpen: () => void;
}

function Tile({ source, id, sample, onOpen }: TileProps) {
  const { metric, variant, kind } = sample;
  const name = `${metric} / ${variant}`;
  return (
    <figure class="tk-tile">
      <div class="tk-tile-face" data-kind={kind}>
        <Face source={source} id={id} sample={sample} name={name} onOpen={onOpen} />
      </div>
      <figcaption>
        <span class="tk-cut" title={name}>
          {variant}
          {metric !== variant && <span class="tk-faint"> {metric}</span>}
        </span>
        <EmbedButton
          source={source}
          part={{ kind: 'samples', objects: [id], options: { metrics: [metric], variants: [variant] } }}
        />
      </figcaption>
    </figure>
  );
}

function Face({ source, id, sample, name, onOpen }: TileProps & { name: string }) {
  switch (sample.kind) {
    case 'image':
      return (
        <button type="button" class="tk-tile-open" aria-label={`Open ${name}`} title={`Open ${name}`} onClick={onOpen}>
          <SamplePicture {...{ source, id, name, sample }} />
        </button>
      );
    case 'audio':
      return (
        <>
          <OpenFace icon={Volume2} name={name} onOpen={onOpen} />
          {/* biome-ignore lint/a11y/useMediaCaption: a logged sound has no captions */}
          <audio controls preload="none" src={source.fileUrl(id, sample.hash)} aria-label={name} />
        </>
      );
    case 'video':
      return <OpenFace icon={Play} name={name} onOpen={onOpen} />;
    case 'html':
      return (
        <>
          {source.blob ? (
            <Icon of={FileCode} size={28} />
          ) : (
            <iframe sandbox="" src={source.fileUrl(id, sample.hash)} loading="lazy" title={name} tabIndex={-1} />
          )}
          <button type="button" class="tk-tile-open tk-tile-cover" aria-label={`Open ${name}`} onClick={onOpen} />
        </>
      );
    default:
      return (
        <div class="tk-tile-other">
          <Icon of={File} size={24} />
          <span class="tk-faint">{[sample.mime, bytes(sample.size)].filter(Boolean).join(', ')}</span>
          <Button
            label={`Download ${name}`}
            icon={Download}
            onClick={() => downloadFile(source, id, sample.hash, sampleFile(sample))}
          >
            Download
          </Button>
        </div>
      );
  }
}

function OpenFace({
  icon,
  name,
  onOpen,
}: {
  icon: Parameters<typeof Icon>[0]['of'];
  name: string;
  onOpen: () => void;
}) {
  return (
    <button type="button" class="tk-tile-open" aria-label={`Open ${name}`} title={`Open ${name}`} onClick={onOpen}>
      <Icon of={icon} size={28} />
    </button>
  );
}
