// What adds experiments to a comparison, and takes them from it: a query, and a tick for each that it finds.

import { useSignal } from '@preact/signals';
import { integer } from '../parts/format';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Status } from '../parts/status';
import type { Source } from '../source';
import { kindOf } from '../table/kinds';
import { QueryBox } from '../table/querybox';

/** Found experiments that are listed. */
const FOUND = 30;
const REST_MS = 5_000;

interface AddProps {
  source: Source;
  ids: readonly string[];
  onIds: (ids: string[]) => void;
}

/** Experiments found by a query, each with a tick where it is compared. */
export function Add({ source, ids, onIds }: AddProps) {
  const query = useSignal('');
  const known = useLive(source, [source.storeId], signal => source.read('fields', {}, signal), [], REST_MS);
  const found = useLive(
    source,
    [source.storeId],
    signal => source.read('table', { query: query.value, page_size: FOUND }, signal),
    [query.value],
    REST_MS,
  );
  const answer = found.value.value;
  const chosen = new Set(ids);
  return (
    <div class="tk-add">
      <QueryBox
        kind={kindOf('experiment')}
        query={query}
        fields={known.value.value}
        problem={answer?.problem ?? null}
      />
      <ul class="tk-add-list" aria-label="Found experiments">
        {answer?.items.map(row => (
          <li key={row.id}>
            <label class="tk-add-row">
              <input
                type="checkbox"
                checked={chosen.has(row.id)}
                disabled={Boolean(row.problem) || (chosen.has(row.id) && ids.length === 1)}
                onChange={() => onIds(chosen.has(row.id) ? ids.filter(id => id !== row.id) : [...ids, row.id])}
              />
              <Middle text={row.problem ? row.id.slice(0, 8) : row.name} />
              <span class="tk-faint tk-cut">{row.project}</span>
              {row.status && <Status {...row} />}
            </label>
          </li>
        ))}
      </ul>
      {answer && answer.total > answer.items.length && (
        <p class="tk-nothing">
          {integer(answer.items.length)} of {integer(answer.total)}: type to find others.
        </p>
      )}
      {answer?.total === 0 && !answer.problem && <p class="tk-nothing">No experiment is found.</p>}
    </div>
  );
}
