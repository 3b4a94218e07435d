// How far the run of a draft is that was started from a view; how it is stopped, and why it failed.

import { CircleStop, Play } from 'lucide';
import { useEffect } from 'preact/hooks';
import { integer } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { Problem } from '../parts/states';
import type { ExperimentAnswer, RunProgress } from '../protocol';
import type { Source } from '../source';
import type { Question } from './actiondialogs';
import { useDoing } from './doing';

/** Cells that were executed change nothing of the experiment, so that nobody tells of them. */
const ASK_MS = 1_000;

interface RunLineProps {
  source: Source;
  record: ExperimentAnswer;
  run: RunProgress;
  /** Reads the experiment again. */
  onAsk: () => void;
}

/** It ends a process, not a loop at its next log: what was not logged yet is lost. */
const QUESTIONS: { stop: Question } = {
  stop: {
    title: 'Stop the run',
    verb: 'Stop',
    text: ({ name }) => (
      <>
        The process that runs <bdi>{name}</bdi> is ended now: what it has logged stays, what it holds in memory is lost.
      </>
    ),
    send: (source, id) => source.edit('stop_run', { id }),
  },
};

export function RunLine({ source, record, run, onAsk }: RunLineProps) {
  const { run: ask, window } = useDoing({
    source,
    subject: () => ({ id: record.id, status: record.status, archived: record.archived, mode: null }),
    record: () => Promise.resolve(record),
    questions: QUESTIONS,
    own: {},
    onChanged: onAsk,
  });
  const { done, error, printed, code, cell, cells } = run;
  useEffect(() => {
    const timer = done ? undefined : setInterval(onAsk, ASK_MS);
    return () => clearInterval(timer);
  }, [done]);
  if (done) {
    return error ? <Failed error={error} printed={printed} /> : null;
  }
  const place =
    cell !== null && cells !== null ? `cell ${integer(Math.min(cell + 1, cells))} of ${integer(cells)}` : null;
  return (
    <div class="tk-run" role="status">
      <Icon of={Play} size={12} />
      <span class="tk-cut">
        Running the {code}
        {place && `, ${place}`}
      </span>
      {cells !== null && <progress aria-label="Executed cells" max={cells} value={cell ?? 0} />}
      <Button label="Stop the run" icon={CircleStop} onClick={() => ask('stop')}>
        Stop
      </Button>
      {window}
    </div>
  );
}

function Failed({ error, printed }: { error: string; printed: string | null }) {
  return (
    <div class="tk-run-failed">
      <Problem error={`The run failed. ${error}`} />
      {printed && (
        <details>
          <summary>What it printed last</summary>
          <pre class="tk-code">{printed}</pre>
        </details>
      )}
    </div>
  );
}
