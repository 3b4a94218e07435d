// Debug samples of several experiments at one iteration: one slider moves them all.

import { useSignal } from '@preact/signals';
import { ChevronLeft, ChevronRight, File, FileCode, Play, Volume2 } from 'lucide';
import { integer } from '../parts/format';
import { PlaceLink } from '../parts/going';
import { Button, Icon } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Empty, Problem, SkeletonTiles } from '../parts/states';
import type { Sample } from '../protocol';
import type { Source } from '../source';
import { SamplePicture } from '../views/samplepicture';
import type { Head, SampledStep } from './answers';
import { Swatch } from './chips';
import { nameOf, textOf, useCompany } from './company';

const SampleViewer = lazy(
  async () => (await import('../views/viewer')).SampleViewer,
  () => null,
);

const REST_MS = 1_000;
/** As many experiments as are looked at side by side. */
const MOST = 50;
const ICONS = { image: File, audio: Volume2, video: Play, html: FileCode, other: File } as const;

/** The newest step that is not after an iteration, -1 where there is none. */
export function stepAt(steps: readonly Pick<SampledStep, 'iteration'>[], iteration: number): number {
  let found = -1;
  steps.forEach((step, at) => {
    if (step.iteration <= iteration) {
      found = at;
    }
  });
  return found;
}

/** The metric and variant that an option names; empty where it names none. */
function pairOf(text: string): [string, string] {
  try {
    const [metric, variant] = JSON.parse(text);
    return [String(metric), String(variant)];
  } catch {
    return ['', ''];
  }
}

export function SamplesTogether() {
  const { source, shown, options, keep } = useCompany();
  const heads = shown.slice(0, MOST);
  const ids = heads.map(head => head.id);
  const open = useSignal<{ id: string; sample: Sample } | null>(null);
  const chosen = textOf(options.sample);
  const [metric, variant] = pairOf(chosen);
  const live = useLive(
    source,
    ids,
    signal => source.read('samples_together', { objects: ids, ...(metric && { metric, variant }) }, signal),
    [ids.join(), chosen],
    REST_MS,
  );
  const found = live.value.value;
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  if (found.pairs.length === 0) {
    return (
      <Empty code='exp.log_image("digits", "misclassified", image)'>Debug samples appear here side by side.</Empty>
    );
  }
  const { iterations } = found;
  const wanted = typeof options.iteration === 'number' ? options.iteration : null;
  const last = iterations.length - 1;
  const at =
    wanted === null
      ? last
      : Math.max(
          0,
          stepAt(
            iterations.map(iteration => ({ iteration })),
            wanted,
          ),
        );
  const iteration = iterations[at] ?? 0;
  const stepsOf = (id: string) => found.items.find(item => item.id === id)?.steps ?? [];
  const tiles = heads.filter(head => stepsOf(head.id).length > 0 || found.problems[head.id]);
  const bare = heads.length - tiles.length;
  const go = (next: number) => {
    if (next >= 0 && next <= last) {
      keep({ iteration: next === last ? null : iterations[next] });
    }
  };
  return (
    <div class="tk-compare-section">
      <div class="tk-bar tk-compare-tools">
        <label class="tk-label">
          Sample
          <select
            class="tk-choice"
            value={JSON.stringify([found.metric, found.variant])}
            onChange={event => keep({ sample: event.currentTarget.value, iteration: null })}
          >
            {found.pairs.map(([one, other, count]) => (
              <option key={`${one}\n${other}`} value={JSON.stringify([one, other])}>
                {nameOf(one, other)}
                {count < heads.length ? ` (${integer(count)})` : ''}
              </option>
            ))}
          </select>
        </label>
        <Button label="Previous iteration" icon={ChevronLeft} disabled={at <= 0} onClick={() => go(at - 1)} />
        <input
          type="range"
          class="tk-range tk-together-range"
          aria-label="Iteration"
          aria-valuetext={`iteration ${integer(iteration)}`}
          min={0}
          max={Math.max(0, last)}
          step={1}
          value={at}
          disabled={last < 1}
          onInput={event => go(event.currentTarget.valueAsNumber)}
        />
        <Button label="Next iteration" icon={ChevronRight} disabled={at >= last} onClick={() => go(at + 1)} />
        <output class="tk-number">Iteration {integer(iteration)}</output>
        {shown.length > MOST && (
          <span class="tk-faint">
            the first {MOST} of {integer(shown.length)}
          </span>
        )}
        {bare > 0 && (
          <span class="tk-faint" role="status">
            {integer(bare)} {bare === 1 ? 'has' : 'have'} none of these
          </span>
        )}
      </div>
      <div class="tk-together">
        {tiles.map(head => {
          const steps = stepsOf(head.id);
          const step = steps[stepAt(steps, iteration)];
          return (
            <Tile
              key={head.id}
              source={source}
              head={head}
              step={step}
              iteration={iteration}
              why={found.problems[head.id]}
              onOpen={sample => {
                open.value = { id: head.id, sample };
              }}
              metric={found.metric}
              variant={found.variant}
            />
          );
        })}
      </div>
      {open.value && (
        <SampleViewer
          source={source}
          id={open.value.id}
          sample={open.value.sample}
          onClose={() => {
            open.value = null;
          }}
        />
      )}
    </div>
  );
}

interface TileProps {
  source: Source;
  head: Head;
  step: SampledStep | undefined;
  iteration: number;
  why: string | undefined;
  metric: string;
  variant: string;
  onOpen: (sample: Sample) => void;
}

function Tile({ source, head, step, iteration, why, metric, variant, onOpen }: TileProps) {
  const name = `${nameOf(metric, variant)} of ${head.name}`;
  return (
    <figure class="tk-tile tk-together-tile" aria-label={head.name}>
      <div class="tk-tile-face" data-kind={step?.kind ?? 'other'}>
        {step ? (
          <button
            type="button"
            class="tk-tile-open"
            aria-label={`Open ${name}`}
            title={`Open ${name}`}
            onClick={() => onOpen({ ...step, metric, variant })}
          >
            {step.kind === 'image' ? (
              <SamplePicture source={source} id={head.id} name={name} sample={step} />
            ) : (
              <Icon of={ICONS[step.kind]} size={28} />
            )}
          </button>
        ) : (
          <span class="tk-faint">{why ?? 'No sample until here'}</span>
        )}
      </div>
      <figcaption>
        <Swatch head={head} />
        <PlaceLink place={{ kind: 'experiment', id: head.id, title: head.name }}>
          <Middle text={head.name} />
        </PlaceLink>
        {step && step.iteration !== iteration && <span class="tk-faint tk-number">at {integer(step.iteration)}</span>}
      </figcaption>
    </figure>
  );
}
