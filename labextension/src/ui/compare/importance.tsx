// What each hyperparameter has to do with a metric: importance by a forest, correlation of ranks.

import { formatValue } from '../charts/format';
import { integer } from '../parts/format';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Empty, Nothing, Problem, SkeletonRows } from '../parts/states';
import type { ImportanceAnswer } from './answers';
import { targetNamed, targetsOf, textOf, textsOf, useCompany, VALUE_TYPES } from './company';
import { correlation, probability } from './scatter';

const REST_MS = 5_000;
/** A forest that explains less tells nothing. */
const LEAST_SCORE = 0.1;

export function Importance() {
  const { source, shown, answer, options, keep } = useCompany();
  const targets = targetsOf(answer);
  const wanted = textsOf(options.targets)[0] ?? '';
  const metric = targetNamed(targets, wanted)?.name ?? targets[0]?.name ?? '';
  const kind = textOf(options.value_type) || (/\.(\w+_value)$/.exec(wanted)?.[1] ?? 'value');
  const ids = shown.map(head => head.id);
  const live = useLive(
    source,
    ids,
    async signal =>
      metric && ids.length > 0 ? source.read('importance', { objects: ids, metric, value_type: kind }, signal) : null,
    [ids.join(), metric, kind],
    REST_MS,
  );
  if (!metric) {
    return (
      <Empty code='track.log({"loss/val": 0.31})'>
        How much each hyperparameter matters for a metric appears here.
      </Empty>
    );
  }
  const found = live.value.value;
  return (
    <div class="tk-compare-section tk-importance">
      <div class="tk-bar tk-compare-tools">
        <label class="tk-label">
          Metric
          <select
            class="tk-choice"
            value={metric}
            onChange={event => {
              const next = event.currentTarget.value;
              keep({
                targets: [
                  next,
                  ...textsOf(options.targets).filter(
                    one => targetNamed(targets, one)?.name !== next && targetNamed(targets, one)?.name !== metric,
                  ),
                ],
              });
            }}
          >
            {targets.map(one => (
              <option key={one.name} value={one.name}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
        <label class="tk-label">
          Value
          <select class="tk-choice" value={kind} onChange={event => keep({ value_type: event.currentTarget.value })}>
            {VALUE_TYPES.map(([key, word]) => (
              <option key={key} value={key}>
                {word}
              </option>
            ))}
          </select>
        </label>
      </div>
      {live.error.value && <Problem error={live.error.value} onRetry={() => live.wake()} />}
      {found ? <Answer found={found} /> : live.late.value ? <SkeletonRows /> : null}
    </div>
  );
}

function Answer({ found }: { found: ImportanceAnswer }) {
  const { score, note, parameters, count, few } = found;
  const told = parameters.some(row => row.importance !== null);
  return (
    <>
      <p class="tk-compare-note tk-number">
        {integer(count)} {count === 1 ? 'experiment' : 'experiments'}
        {found.left_out > 0 && `, ${integer(found.left_out)} without ${found.metric} left out`}
        {score !== null && (
          <span title="R² of the random forest on the fifths of the experiments that it did not see">
            {' '}
            · a forest predicts {Math.max(0, Math.round(score * 100))} % of the variance of {found.metric}
          </span>
        )}
        {score !== null && score < LEAST_SCORE && (
          <span class="tk-warn"> · no better than chance: the importances tell nothing</span>
        )}
        {few && (
          <span class="tk-warn">
            {' '}
            · few experiments for {integer(parameters.length)} hyperparameters: take it as a hint
          </span>
        )}
        {note && parameters.length > 0 && <span> · {note}</span>}
      </p>
      {parameters.length === 0 ? (
        <Nothing>{note || 'No hyperparameter differs among these experiments.'}</Nothing>
      ) : (
        <div class="tk-importance-scroll">
          <table class="tk-importance-table" aria-label="Importance">
            <thead>
              <tr>
                <th scope="col">Hyperparameter</th>
                {told && (
                  <th
                    scope="col"
                    title="How much worse a random forest predicts when the values are shuffled (permutation importance), as a share of all"
                  >
                    Importance
                  </th>
                )}
                <th scope="col" title="Spearman's rank correlation: from −1, the less the more, to 1">
                  Correlation
                </th>
              </tr>
            </thead>
            <tbody>
              {parameters.map(row => (
                <tr key={row.key}>
                  <th scope="row">
                    <Middle text={row.label} />
                  </th>
                  {told && (
                    <td>
                      <span
                        class="tk-meter"
                        title={row.spread === null ? '' : `± ${formatValue(row.spread)} between shuffles`}
                      >
                        <i style={{ width: `${100 * Math.max(0, row.importance ?? 0)}%` }} />
                      </span>
                      <span class="tk-number">{Math.round(100 * (row.importance ?? 0))} %</span>
                    </td>
                  )}
                  <td>
                    {row.correlation === null ? (
                      <span class="tk-faint" title="Texts have no order">
                        –
                      </span>
                    ) : (
                      <>
                        <span class="tk-meter tk-meter-both" title={probability(row.p)}>
                          <i
                            data-less={row.correlation < 0 || undefined}
                            style={{
                              width: `${50 * Math.abs(row.correlation)}%`,
                              left: row.correlation < 0 ? `${50 + 50 * row.correlation}%` : '50%',
                            }}
                          />
                        </span>
                        <span class="tk-number" title={`${probability(row.p)}, ${row.count} experiments`}>
                          {correlation(row.correlation)}
                        </span>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
