// The status of an experiment: a dot and a word.

import type { ComponentChildren } from 'preact';
import type { ExperimentAnswer, LoopAnswer, Status as StatusName } from '../protocol';

/** What is known of how something stands. */
export interface Standing {
  status: StatusName;
  /** What its loop does, while it runs. */
  doing?: LoopAnswer['doing'] | undefined;
  /** Why it ended so. */
  status_reason?: string | null | undefined;
}

export function statusWord(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
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
  return wasStopped(of) ? 'Stopped' : statusWord((of.status === 'running' && of.doing) || of.status);
}

/** The same with who stopped it. */
export function standingWords(of: Standing): string {
  return wasStopped(of) ? statusWord(of.status_reason ?? '') : standingWord(of);
}

interface StatusProps extends Standing {
  /** Say who stopped it too. */
  whole?: boolean;
  /** Only the dot is seen. */
  dot?: boolean;
  /** In the place of its word. */
  children?: ComponentChildren;
}

export function Status({ whole, dot, children, ...of }: StatusProps) {
  const held = of.status === 'running' && of.doing && of.doing !== 'running';
  const words = standingWords(of);
  return (
    <span
      class="tk-status"
      data-status={of.status}
      data-held={held || undefined}
      style={`--tk-status: var(--tk-${held ? 'queued' : of.status})`}
      title={dot || of.status_reason ? words : undefined}
    >
      <span class="tk-status-dot" aria-hidden="true" />
      {dot ? <span class="tk-spoken">{words}</span> : (children ?? (whole ? words : standingWord(of)))}
    </span>
  );
}
