// Models side by side: configurations as a diff, labels and metadata in tables with the differences first, curves in one chart.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import '../../styles/editors.css';
import '../../styles/model.css';
import { short } from '../../parts/format';
import { PlaceLink } from '../../parts/going';
import { lazy } from '../../parts/lazy';
import { type LiveRead, useLive } from '../../parts/live';
import { Nothing, Problem, SkeletonRows, SkeletonTiles } from '../../parts/states';
import { Status } from '../../parts/status';
import { type Tab, Tabs } from '../../parts/tabs';
import { TwoSides } from '../../parts/twosides';
import type { ModelAnswer } from '../../protocol';
import type { ComparisonViewProps } from '../props';
import '../../styles/comparison.css';

const RECORDS_REST_MS = 1_000;

const Curves = lazy(
  async () => (await import('../../charts/curves')).Curves,
  () => <SkeletonTiles />,
);

type Records = LiveRead<ModelAnswer[]>;

export function ModelComparison({ source, view, onOptions }: ComparisonViewProps) {
  const { objects, options } = view;
  const read = (signal: AbortSignal) => Promise.all(objects.map(id => source.read('model', { id }, signal)));
  const live = useLive(source, objects, read, [objects.join()], RECORDS_REST_MS);
  const curves = { source, objects, options: { ...options, object_type: 'model' }, onOptions };
  const tabs: Tab[] = [
    { name: 'Network', render: () => <Loaded live={live} draw={models => <Networks models={models} />} /> },
    { name: 'Labels', render: () => <Loaded live={live} draw={models => <Labels models={models} />} /> },
    { name: 'Metadata', render: () => <Loaded live={live} draw={models => <Metadata models={models} />} /> },
    { name: 'Metrics', render: () => <Loaded live={live} draw={models => <Values models={models} />} /> },
    { name: 'Scalars', render: () => <Curves {...curves} /> },
  ];
  const first = tabs.find(tab => tab.name.toLowerCase() === options.tab?.toLowerCase())?.name ?? 'Network';
  return (
    <article class="tk-comparison" aria-label={view.title || 'Comparison'}>
      <Tabs label="Comparison" tabs={tabs} first={first} onSelect={name => onOptions?.({ tab: name.toLowerCase() })} />
    </article>
  );
}

function Loaded({ live, draw }: { live: Records; draw: (models: ModelAnswer[]) => ComponentChildren }) {
  const models = live.value.value;
  if (models) {
    return <>{draw(models)}</>;
  }
  return live.error.value ? (
    <Problem error={live.error.value} onRetry={() => live.wake()} />
  ) : live.late.value ? (
    <SkeletonRows />
  ) : null;
}

function titleOf({ name, version }: ModelAnswer): string {
  return `${name} v${version}`;
}

/** Two configurations; of more models, which two is chosen. */
function Networks({ models }: { models: ModelAnswer[] }) {
  const [one, other] = [useSignal(0), useSignal(1)];
  const [left, right] = [models[one.value], models[other.value] ?? models[0]];
  if (!left || !right) {
    return null;
  }
  const same = left.config === right.config;
  return (
    <div class="tk-fill">
      <div class="tk-bar">
        {[one, other].map((chosen, at) => (
          <label key={at} class="tk-label">
            {at === 0 ? 'Left' : 'Right'}
            <select
              class="tk-choice"
              value={chosen.value}
              onChange={event => {
                chosen.value = Number(event.currentTarget.value);
              }}
            >
              {models.map((model, index) => (
                <option key={model.id} value={index}>
                  {titleOf(model)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <span class="tk-faint" role="status">
          {same ? (left.config ? 'The configurations are identical.' : 'Neither has a configuration.') : ''}
        </span>
      </div>
      <TwoSides
        left={{ title: titleOf(left), text: left.config }}
        right={{ title: `${titleOf(right)}${right === left ? ' again' : ''}`, text: right.config }}
      />
    </div>
  );
}

function Labels({ models }: { models: ModelAnswer[] }) {
  return <Rows what="labels" models={models} values={models.map(model => model.labels)} />;
}

function Metadata({ models }: { models: ModelAnswer[] }) {
  const values = models.map(({ metadata }) =>
    Object.fromEntries(Object.entries(metadata).map(([key, item]) => [key, `${item.value} (${item.type})`])),
  );
  return <Rows what="metadata" models={models} values={values} />;
}

function Values({ models }: { models: ModelAnswer[] }) {
  const values = models.map(({ metrics, single_values }) => {
    const found: Record<string, unknown> = { ...single_values };
    for (const [metric, variants] of Object.entries(metrics ?? {})) {
      for (const [variant, summary] of Object.entries(variants)) {
        found[metric === variant ? metric : `${metric}/${variant}`] = summary.last;
      }
    }
    return found;
  });
  return <Rows what="metrics" models={models} values={values} />;
}

interface RowsProps {
  what: string;
  models: ModelAnswer[];
  values: Record<string, unknown>[];
}

/** A row per name, those that differ first; what is the same in all is shown when it is asked for. */
function Rows({ what, models, values }: RowsProps) {
  const all = useSignal(false);
  const names = [...new Set(values.flatMap(found => Object.keys(found)))];
  const differs = (name: string) => new Set(values.map(found => JSON.stringify(found[name]))).size > 1;
  const apart = names.filter(differs);
  const alike = names.filter(name => !differs(name));
  if (names.length === 0) {
    return <Nothing>None of these models has {what}.</Nothing>;
  }
  const shown = all.value ? [...apart, ...alike] : apart;
  const title = what[0]?.toUpperCase() + what.slice(1);
  return (
    <div class="tk-compare">
      {alike.length > 0 && (
        <label class="tk-compare-switch">
          <input
            type="checkbox"
            checked={all.value}
            onChange={event => {
              all.value = event.currentTarget.checked;
            }}
          />
          Show identical ({alike.length})
        </label>
      )}
      {shown.length === 0 ? (
        <Nothing>All {what} are identical.</Nothing>
      ) : (
        <div class="tk-compare-scroll">
          <table class="tk-compare-table" aria-label={title}>
            <thead>
              <tr>
                <th scope="col">{title}</th>
                {models.map(model => (
                  <th key={model.id} scope="col" class="tk-compare-head">
                    <PlaceLink place={{ kind: 'model', id: model.id, title: titleOf(model) }} />
                    <Status status={model.status} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(name => (
                <tr key={name} class={differs(name) ? '' : 'tk-alike'}>
                  <th scope="row">{name}</th>
                  {values.map((found, at) => (
                    <td key={models[at]?.id} title={String(found[name] ?? 'not set')}>
                      {found[name] === undefined ? (
                        <span class="tk-faint">–</span>
                      ) : typeof found[name] === 'number' ? (
                        short(found[name] as number)
                      ) : (
                        String(found[name])
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
