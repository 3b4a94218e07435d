// The Lineage tab: what made the model, and the experiments that start from it.

import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { integer } from '../../parts/format';
import { PlaceLink, useGo } from '../../parts/going';
import { useLive } from '../../parts/live';
import { Picks } from '../../parts/picks';
import { Search } from '../../parts/search';
import { Empty, Nothing, Problem, SkeletonRows } from '../../parts/states';
import { Status, statusWord } from '../../parts/status';
import { Tags } from '../../parts/tags';
import { RelativeTime } from '../../parts/time';
import type { LineageItem, Status as StatusName } from '../../protocol';
import type { ModelTabProps } from './props';

const STATUSES: StatusName[] = ['draft', 'queued', 'running', 'completed', 'aborted', 'failed', 'published'];
const TYPED_MS = 120;

const placeOf = ({ id, name }: LineageItem) => ({ kind: 'experiment' as const, id, title: name });

export function LineageTab({ source, record }: ModelTabProps) {
  const go = useGo();
  const text = useSignal('');
  const search = useSignal('');
  const tags = useSignal<readonly string[]>([]);
  const status = useSignal<readonly string[]>([]);
  useEffect(() => {
    const timer = setTimeout(() => {
      search.value = text.value;
    }, TYPED_MS);
    return () => clearTimeout(timer);
  }, [text.value]);
  const id = record.value.value?.id ?? '';
  const made = record.value.value?.experiment;
  const users = record.value.value?.used_by ?? [];
  const question = useComputed(() => ({ id, search: search.value, tags: [...tags.value], status: [...status.value] }));
  const watched = [id, ...(made ? [made] : []), ...users.slice(0, 100)].filter(Boolean);
  const live = useLive(source, watched, signal => source.read('lineage', question.peek(), signal), [
    JSON.stringify(question.value),
    watched.join(),
  ]);
  const answer = live.value.value;
  if (!answer) {
    return live.error.value ? (
      <Problem error={live.error.value} onRetry={() => live.wake()} />
    ) : live.late.value ? (
      <SkeletonRows rows={6} />
    ) : null;
  }
  const { creator, total } = answer;
  const filtered = search.value !== '' || tags.value.length > 0 || status.value.length > 0;
  return (
    <div class="tk-fill">
      <div class="tk-bar tk-created">
        <span class="tk-faint">Created by</span>
        {creator ? (
          <>
            <PlaceLink place={placeOf(creator)} />
            <Status status={creator.status} status_reason={creator.status_reason} />
          </>
        ) : made ? (
          <span class="tk-faint">an experiment that is no longer in this store</span>
        ) : (
          <span class="tk-faint">nobody here: it was registered</span>
        )}
      </div>
      {total === 0 ? (
        <Empty code={`exp.use_model("${record.value.value?.name ?? 'name'}")`}>
          Experiments that start from this model appear here.
        </Empty>
      ) : (
        <>
          <div class="tk-bar tk-bar-wrap">
            <Search text={text} placeholder="Search name, ID, description" />
            <Picks label="Tags" choices={answer.tags.map(value => ({ value }))} picked={tags} />
            <Picks
              label="Status"
              choices={STATUSES.map(value => ({ value, word: statusWord(value) }))}
              picked={status}
            />
            <span class="tk-space" />
            <span class="tk-faint tk-number" role="status">
              {filtered ? `${integer(answer.users.length)} of ${integer(total)}` : `${integer(total)} use it`}
            </span>
          </div>
          {live.error.value && <Problem error={live.error.value} />}
          <table class="tk-table tk-clickable" aria-label="Experiments that use this model">
            <thead>
              <tr>
                <th>Experiment</th>
                <th>Status</th>
                <th>Tags</th>
                <th class="tk-wide-only">Project</th>
                <th class="tk-wide-only">Updated</th>
              </tr>
            </thead>
            <tbody>
              {answer.users.map(user => (
                <tr key={user.id} title={user.description || undefined} onClick={() => go(placeOf(user))}>
                  <th scope="row">
                    <PlaceLink place={placeOf(user)} />
                  </th>
                  <td>
                    <Status status={user.status} status_reason={user.status_reason} />
                  </td>
                  <td>
                    <Tags tags={user.tags} />
                  </td>
                  <td class="tk-wide-only">{user.project}</td>
                  <td class="tk-wide-only">
                    <RelativeTime time={user.last_update} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {answer.users.length === 0 && <Nothing>No experiment that uses this model matches.</Nothing>}
        </>
      )}
    </div>
  );
}
