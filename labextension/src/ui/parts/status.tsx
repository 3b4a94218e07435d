// The status of an experiment: a dot and a word.

import type { Status as StatusName } from '../protocol';

const WORDS: Record<StatusName, string> = {
  draft: 'Draft',
  queued: 'Queued',
  running: 'Running',
  completed: 'Completed',
  aborted: 'Aborted',
  failed: 'Failed',
  published: 'Published',
};

export function statusWord(status: StatusName): string {
  return WORDS[status] ?? status;
}

export function Status({ status }: { status: StatusName }) {
  return (
    <span class="tk-status" data-status={status}>
      <span class="tk-status-dot" aria-hidden="true" />
      {statusWord(status)}
    </span>
  );
}
