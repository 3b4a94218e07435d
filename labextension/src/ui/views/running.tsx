// How far the run of a draft is that was started from a view; how it is stopped, and why it failed.

import { useSignal } from '@preact/signals';
import { CircleStop, Play } from 'lucide';
import { useEffect } from 'preact/hooks';
import { integer } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { Problem } from '../parts/states';
import type { RunProgress } from '../protocol';
import { type Source, wordsOf } from '../source';

/** Cells that were executed change nothing of the experiment, so that nobody tells of them. */
const ASK_MS = 1_000;

interface RunLineProps {
  source: Source;
  id: string;
  run: RunProgress;
  /** Reads the experiment again. */
  onAsk: () => void;
}

export function RunLine({ source, id, run, onAsk }: RunLineProps) {
  const problem = useSignal<string | null>(null);
  const stopping = useSignal(false);
  const { done, error, printed, code, cell, cells } = run;
  useEffect(() => {
    const timer = done ? undefined : setInterval(onAsk, ASK_MS);
    return () => clearInterval(timer);
  }, [done]);
  if (done) {
    return error ? <Failed error={error} printed={printed} /> : null;
  }
  const stop = async () => {
    stopping.value = true;
    problem.value = null;
    try {
      await source.edit('stop_run', { id });
    } catch (reason) {
      problem.value = wordsOf(reason);
    }
    stopping.value = false;
    onAsk();
  };
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
      <Button label="Stop the run" icon={CircleStop} onClick={() => void stop()} disabled={stopping.value}>
        Stop
      </Button>
      {problem.value && <span class="tk-problem-inline">{problem.value}</span>}
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
