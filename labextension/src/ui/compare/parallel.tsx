// Parallel coordinates: an axis for each hyperparameter and metric, a line for each experiment; brushes choose among them.

import { useSignal } from '@preact/signals';
import { ListFilter, X } from 'lucide';
import { useEffect, useMemo } from 'preact/hooks';
import { CopyButton } from '../parts/copy';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Empty, Problem, SkeletonTiles } from '../parts/states';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';
import type { ComparisonAnswer, HeadGroup, ParallelAnswer, ParallelAxis } from './answers';
import { AxesPick, without } from './axespick';
import { areTold, inColors, textOf, textsOf, useCompany, VALUE_TYPES } from './company';
import { type Brush, isLogarithmic, queryOf, readBrush, taken, withLogarithmic, writeBrush } from './places';
import { Sheet } from './sheet';

const REST_MS = 2_000;

/** What is asked for: of an embed of the spec, and of a comparison. */
function asked(options: ViewOptions) {
  const embedded = options.type === 'parcoords';
  return {
    parameters: textsOf(embedded ? options.variants : options.parameters),
    metrics: textsOf(embedded ? options.metrics : options.targets),
    value_type: textOf(options.value_type) || 'value',
  };
}

export function useParallel(source: Source, ids: string[], question: ReturnType<typeof asked>) {
  return useLive(
    source,
    ids,
    signal => source.read('parallel', { objects: ids, ...question }, signal),
    [ids.join(), JSON.stringify(question)],
    REST_MS,
  );
}

export function Parallel() {
  const { source, heads, groups, answer, options, keep, lit, setBrushed, setObjects } = useCompany();
  const ids = heads.map(head => head.id);
  const live = useParallel(source, ids, asked(options));
  const answered = live.value.value;
  const found = useMemo(
    () => answered && { ...answered, experiments: [...inColors(answered.experiments, groups)] },
    [answered, groups],
  );
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  return (
    <Coordinates
      found={found}
      groups={groups}
      answer={answer}
      options={options}
      keep={keep}
      lit={lit}
      onTaken={setBrushed}
      onOnly={setObjects}
    />
  );
}

/** Parallel coordinates as a view of their own, as the spec embeds them. */
export function ParallelAlone({
  source,
  objects,
  options,
}: {
  source: Source;
  objects: string[];
  options: ViewOptions;
}) {
  const live = useParallel(source, objects, asked(options));
  const lit = useSignal<string | null>(null);
  const chosen = useSignal<ViewOptions>({ ...options });
  const found = live.value.value;
  if (!found) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonTiles />
    ) : null;
  }
  return (
    <Coordinates
      found={found}
      groups={[]}
      answer={null}
      options={chosen.value}
      keep={patch => {
        chosen.value = { ...chosen.value, ...patch };
      }}
      lit={lit}
    />
  );
}

interface CoordinatesProps {
  found: ParallelAnswer;
  /** Those that have a colour each; empty where experiments have one. */
  groups: readonly HeadGroup[];
  /** What else there is to choose axes from; null where the axes are given. */
  answer: ComparisonAnswer | null;
  options: ViewOptions;
  keep: (patch: Partial<ViewOptions>) => void;
  lit: { value: string | null };
  onTaken?: (ids: ReadonlySet<string> | null) => void;
  onOnly?: (ids: string[]) => void;
}

/** In the order that a person gave them, the others after it as they came. */
function ordered(axes: readonly ParallelAxis[], order: readonly string[]): ParallelAxis[] {
  const place = (axis: ParallelAxis) => {
    const at = order.indexOf(axis.key);
    return at < 0 ? order.length : at;
  };
  return [...axes].sort((one, other) => place(one) - place(other));
}

function Coordinates({ found, groups, answer, options, keep, lit, onTaken, onOnly }: CoordinatesProps) {
  const { experiments: heads } = found;
  const axes = useMemo(() => ordered(found.axes, textsOf(options.order)), [found, JSON.stringify(options.order)]);
  const log = textsOf(options.log);
  const isLog = (axis: ParallelAxis) => isLogarithmic(axis, log);
  const brushes = textsOf(options.brush).flatMap(text => readBrush(text) ?? []);
  const chosen = useMemo(() => taken(axes, brushes, heads.length), [axes, JSON.stringify(options.brush), heads.length]);
  useEffect(() => {
    onTaken?.(chosen && new Set([...chosen].map(at => heads[at]?.id ?? '')));
  }, [chosen]);
  const shading = shadingOf(axes, areTold(groups, heads), textOf(options.color));
  const setBrush = (key: string, brush: Brush | null) => {
    const others = brushes.filter(one => one.key !== key);
    keep({ brush: [...others, ...(brush ? [brush] : [])].map(writeBrush) });
  };
  const toggleLog = (axis: ParallelAxis) => keep({ log: withLogarithmic(axes, log, axis, !isLog(axis)) });
  const move = (from: number, to: number) => {
    const keys = axes.map(axis => axis.key);
    const [key] = keys.splice(from, 1);
    keys.splice(Math.max(0, Math.min(to, keys.length)), 0, key as string);
    keep({ order: keys });
  };
  const only = () => {
    if (chosen) {
      onOnly?.([...chosen].map(at => heads[at]?.id ?? ''));
      keep({ brush: [] });
    }
  };
  const query = queryOf(brushes);
  return (
    <div class="tk-compare-section tk-parallel-section">
      <div class="tk-bar tk-compare-tools">
        {answer && <AxesPick answer={answer} axes={axes} options={options} keep={keep} />}
        <label class="tk-label">
          Colour
          <select
            class="tk-choice"
            value={shading?.key ?? 'experiment'}
            onChange={event => keep({ color: event.currentTarget.value })}
          >
            <option value="experiment">{groups.length > 0 ? 'Group' : 'Experiment'}</option>
            {axes.map(axis => (
              <option key={axis.key} value={axis.key}>
                {axis.label}
              </option>
            ))}
          </select>
        </label>
        {answer && (
          <label class="tk-label">
            Value
            <select
              class="tk-choice"
              value={textOf(options.value_type) || 'value'}
              onChange={event => keep({ value_type: event.currentTarget.value })}
            >
              {VALUE_TYPES.map(([key, word]) => (
                <option key={key} value={key}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        )}
        <span class="tk-space" />
        <span class="tk-faint tk-number" role="status">
          {chosen
            ? `${integer(chosen.size)} of ${integer(heads.length)} brushed`
            : `${integer(heads.length)} experiments`}
        </span>
        {chosen && (
          <>
            {query && <CopyButton text={query} label="Copy as query" />}
            {onOnly && (
              <Button label="Keep only these" icon={ListFilter} disabled={chosen.size === 0} onClick={only}>
                <span class="tk-wide-only">Keep only these</span>
              </Button>
            )}
            <Button label="Clear brushes" icon={X} onClick={() => keep({ brush: [] })}>
              <span class="tk-wide-only">Clear</span>
            </Button>
          </>
        )}
      </div>
      <Notes found={found} axes={axes} />
      {axes.length === 0 ? (
        <Empty code='track.start("run", config={"lr": 0.1})'>
          The hyperparameters in which experiments differ, and their metrics, are axes here.
        </Empty>
      ) : (
        <Sheet
          {...{ axes, heads, groups, lit, shading, isLog, brushes, setBrush, toggleLog, move }}
          taken={chosen}
          onRemove={answer ? axis => keep(without(axes, axis, answer)) : undefined}
        />
      )}
    </div>
  );
}

/** By what lines are coloured: as chosen; without a choice by the first metric where colours do not tell them apart. */
export function shadingOf(axes: readonly ParallelAxis[], told: boolean, color: string): ParallelAxis | undefined {
  if (color && color !== 'experiment') {
    return axes.find(axis => axis.key === color);
  }
  return color === '' && !told ? axes.find(axis => !axis.key.startsWith('hyperparameters')) : undefined;
}

function Notes({ found, axes }: { found: ParallelAnswer; axes: readonly ParallelAxis[] }) {
  const notes = [
    ...found.unknown.map(name => `No experiment has ${name}.`),
    ...axes
      .filter(axis => axis.mixed)
      .map(axis => `${axis.label} is a number for some and text for others: all are shown as text.`),
    ...axes
      .filter(axis => axis.nonfinite > 0)
      .map(axis => `${axis.label} is NaN or infinite for ${integer(axis.nonfinite)}: at N/A.`),
  ];
  return notes.length > 0 ? (
    <p class="tk-compare-note" role="status">
      {notes.join(' ')}
    </p>
  ) : null;
}
