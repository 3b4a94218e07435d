// Which axes parallel coordinates have: hyperparameters and metrics with a tick each, and how they are asked for.

import { SlidersHorizontal } from 'lucide';
import type { ViewOptions } from '../protocol';
import { Popover } from '../table/popover';
import type { ComparisonAnswer, ParallelAxis } from './answers';
import { targetNamed, targetsOf, textOf, textsOf } from './company';

/** How axes are named to be asked for. */
function namesOf(axes: readonly ParallelAxis[], answer: ComparisonAnswer): Pick<ViewOptions, 'parameters' | 'targets'> {
  const parameters = axes.flatMap(axis => {
    const found = answer.hyperparameters.find(one => keyOf(one.section, one.name) === axis.key);
    return found ? [`${found.section}/${found.name}`] : [];
  });
  const targets = axes.flatMap(axis => (axis.key.startsWith('hyperparameters') ? [] : [targetOf(axis)]));
  return { parameters, targets };
}

export function without(
  axes: readonly ParallelAxis[],
  axis: ParallelAxis,
  answer: ComparisonAnswer,
): Partial<ViewOptions> {
  return namesOf(
    axes.filter(one => one !== axis),
    answer,
  );
}

const KINDS: Record<string, string> = {
  last: 'value',
  min: 'min_value',
  max: 'max_value',
  mean: 'mean_value',
  first: 'first_value',
};

/** A metric's axis by the name that asks for it. */
function targetOf(axis: ParallelAxis): string {
  const [, metric, variant, statistic] =
    /^metrics\[("(?:[^"\\]|\\.)*")\]\[("(?:[^"\\]|\\.)*")\]\.(\w+)$/.exec(axis.key) ?? [];
  if (!metric || !variant) {
    return axis.key;
  }
  return `${JSON.parse(metric)}/${JSON.parse(variant)}.${KINDS[statistic ?? 'last']}`;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

export function keyOf(section: string, name: string): string {
  return `hyperparameters[${quoted(section)}][${quoted(name)}]`;
}

/** The key of a metric's axis, by the kind of value that is shown. */
export function keyOfMetric(metric: string, variant: string, kind: string): string {
  const statistic = Object.keys(KINDS).find(one => KINDS[one] === kind) ?? 'last';
  return `metrics[${quoted(metric)}][${quoted(variant)}].${statistic}`;
}

interface AxesPickProps {
  answer: ComparisonAnswer;
  axes: readonly ParallelAxis[];
  options: ViewOptions;
  keep: (patch: Partial<ViewOptions>) => void;
}

/** Which axes there are. */
export function AxesPick({ answer, axes, options, keep }: AxesPickProps) {
  const targets = targetsOf(answer);
  const names = namesOf(axes, answer);
  const on = { parameters: textsOf(names.parameters), targets: textsOf(names.targets) };
  const isOn = (name: string) => on.targets.some(one => targetNamed(targets, one)?.name === name);
  const toggleParameter = (name: string) => {
    const next = on.parameters.includes(name) ? on.parameters.filter(one => one !== name) : [...on.parameters, name];
    keep({ parameters: next.length > 0 ? next : [], targets: on.targets });
  };
  const toggleTarget = (name: string) => {
    const others = on.targets.filter(one => targetNamed(targets, one)?.name !== name);
    const kind = textOf(options.value_type) || 'value';
    const added = name.startsWith('single/') ? name : `${name}.${kind}`;
    keep({ parameters: on.parameters, targets: isOn(name) ? others : [...others, added] });
  };
  const sections = new Set(answer.hyperparameters.map(one => one.section));
  return (
    <Popover label="Axes" icon={SlidersHorizontal} text={<span class="tk-wide-only">Axes</span>}>
      {() => (
        <div class="tk-axes-pick">
          <fieldset>
            <legend>Hyperparameters</legend>
            {answer.hyperparameters.map(({ section, name }) => {
              const full = `${section}/${name}`;
              return (
                <label key={full} class="tk-switch">
                  <input
                    type="checkbox"
                    checked={on.parameters.includes(full)}
                    onChange={() => toggleParameter(full)}
                  />
                  {sections.size > 1 ? full : name}
                </label>
              );
            })}
          </fieldset>
          <fieldset>
            <legend>Metrics</legend>
            {targets.map(({ name, label }) => (
              <label key={name} class="tk-switch">
                <input type="checkbox" checked={isOn(name)} onChange={() => toggleTarget(name)} />
                {label}
              </label>
            ))}
          </fieldset>
          <button
            type="button"
            class="tk-button tk-quiet"
            onClick={() => keep({ parameters: [], targets: [], order: [] })}
          >
            Those that differ
          </button>
        </div>
      )}
    </Popover>
  );
}
