// The versions of a model: all models of its name, which aliases point at which, and how they are moved.

import { ArrowLeftRight } from 'lucide';
import { Section } from '../../parts/facts';
import { integer } from '../../parts/format';
import { PlaceLink } from '../../parts/going';
import { Button } from '../../parts/icon';
import { useLive } from '../../parts/live';
import { useSaving } from '../../parts/saving';
import { Problem } from '../../parts/states';
import { Status } from '../../parts/status';
import { RelativeTime } from '../../parts/time';
import type { ModelAnswer } from '../../protocol';
import type { Source } from '../../source';
import { quoted } from '../../table/columns';

const MOST = 100;
const REST_MS = 1_000;

interface VersionsProps {
  source: Source;
  record: ModelAnswer;
  onChanged: () => void;
}

export function Versions({ source, record, onChanged }: VersionsProps) {
  const { id, name } = record;
  const question = {
    // The archived ones too.
    filters: `name == ${quoted(name)} and (archived or not archived)`,
    object_type: 'model' as const,
    order_by: '-version',
    page_size: MOST,
  };
  // The record's own state moves with its aliases; of the other versions the store tells.
  const live = useLive(
    source,
    [id, source.storeId],
    signal => source.read('table', question, signal),
    [name, record.state],
    REST_MS,
  );
  const { problem, busy, save } = useSaving<string>(
    alias => source.edit('add_alias', { id, alias }),
    async () => '',
  );
  const move = async (alias: string) => {
    if (await save(alias, '')) {
      live.wake();
      onChanged();
    }
  };
  const answer = live.value.value;
  if (!answer) {
    return live.error.value ? <Problem error={live.error.value} onRetry={() => live.wake()} /> : null;
  }
  const { items, total } = answer;
  return (
    <Section title="Versions" aside={<span class="tk-faint">{integer(total)}</span>}>
      {problem.value && (
        <span class="tk-problem-inline" role="alert">
          {problem.value}
        </span>
      )}
      <table class="tk-table" aria-label="Versions">
        <thead>
          <tr>
            <th class="tk-number">Version</th>
            <th>Aliases</th>
            <th>Status</th>
            <th class="tk-wide-only">Made by</th>
            <th class="tk-wide-only">Created</th>
          </tr>
        </thead>
        <tbody>
          {items.map(row => {
            const mine = row.id === id;
            const title = `${row.name} v${row.version}`;
            return (
              <tr key={row.id} aria-current={mine ? 'true' : undefined}>
                <td class="tk-number">
                  {mine ? (
                    <b title="The version that is shown">{integer(row.version ?? 0)}</b>
                  ) : (
                    <PlaceLink place={{ kind: 'model', id: row.id, title }}>{integer(row.version ?? 0)}</PlaceLink>
                  )}
                </td>
                <td>
                  <span class="tk-version-aliases">
                    {row.aliases?.map(alias => (
                      <span key={alias} class="tk-badge">
                        <span class="tk-cut">@{alias}</span>
                        {!mine && (
                          <Button
                            label={`Move @${alias} to version ${record.version}`}
                            icon={ArrowLeftRight}
                            disabled={busy.value}
                            onClick={() => void move(alias)}
                          />
                        )}
                      </span>
                    ))}
                  </span>
                </td>
                <td>
                  <Status status={row.status} />
                </td>
                <td class="tk-wide-only">{row.experiment_name ?? <span class="tk-faint">–</span>}</td>
                <td class="tk-wide-only">
                  <RelativeTime time={row.created} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {total > items.length && (
        <p class="tk-nothing">
          The newest {MOST} of {integer(total)}.
        </p>
      )}
    </Section>
  );
}
