// The status of an experiment: a dot and a word.

import type { ExperimentAnswer, LoopAnswer, Status as StatusName } from '../protocol';

/** What is known of how something stands. */
export interface Standing {
  status: StatusName;
  /** What its loop does, while it runs. */
  doing?: LoopAnswer['doing'] | undefined;
  /** Why it ended so. */
  status_reason?: string | null | undefined;
}

const WORDS: Record<StatusName, string> = {
  draft: 'Draft',
  queued: 'Queued',
  running: 'Running',
  completed: 'Completed',
  aborted: 'Aborted',
  failed: 'Failed',
  published: 'Published',
};

const HELD = { running: '', pausing: 'Pausing', paused: 'Paused', stopping: 'Stopping' };

export function statusWord(status: StatusName): string {
  return WORDS[status] ?? status;
}

/** Of an experiment as it is read by itself. */
export function standingOf({ status, status_reason, loop }: ExperimentAnswer): Standing {
  return { status, status_reason, doing: loop?.doing };
}

/** Whether its owner stopped it: of what is completed only a stop has a reason. */
export function wasStopped({ status, status_reason }: Standing): boolean {
  return status === 'completed' && Boolean(status_reason);
}

/** How it stands in a word: also that it waits, or was stopped. */
export function standingWord(of: Standing): string {
  const held = of.status === 'running' && of.doing ? HELD[of.doing] : '';
  return held || (wasStopped(of) ? 'Stopped' : statusWord(of.status));
}

/** The same with who stopped it. */
export function standingWords(of: Standing): string {
  const reason = of.status_reason ?? '';
  return wasStopped(of) ? reason.charAt(0).toUpperCase() + reason.slice(1) : standingWord(of);
}

/** The dot and the word; `whole` says who stopped it too. */
export function Status({ whole = false, ...of }: Standing & { whole?: boolean }) {
  return (
    <span
      class="tk-status"
      data-status={of.status}
      data-held={(of.status === 'running' && of.doing && HELD[of.doing]) || undefined}
      title={of.status_reason ? standingWords(of) : undefined}
    >
      <span class="tk-status-dot" aria-hidden="true" />
      {whole ? standingWords(of) : standingWord(of)}
    </span>
  );
}
