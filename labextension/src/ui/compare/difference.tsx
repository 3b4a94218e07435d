// How a long text of one experiment differs from that of another, line by line.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { CopyButton } from '../parts/copy';
import { Dialog } from '../parts/dialog';
import { integer } from '../parts/format';
import { Problem, SkeletonRows } from '../parts/states';
import type { Source } from '../source';
import { wordsOf } from '../source';
import type { DifferenceAnswer, DifferencePart, Head } from './answers';

interface DifferenceProps {
  source: Source;
  id: string;
  base: string;
  heads: readonly Head[];
  part: DifferencePart;
  name: string;
  onClose: () => void;
}

export function Difference({ source, id, base, heads, part, name, onClose }: DifferenceProps) {
  const answer = useSignal<DifferenceAnswer | null>(null);
  const problem = useSignal('');
  useEffect(() => {
    const reading = new AbortController();
    source.read('difference', { id, base, part, ...(part === 'configuration' && { name }) }, reading.signal).then(
      found => {
        answer.value = found;
      },
      reason => {
        if (!reading.signal.aborted) {
          problem.value = wordsOf(reason);
        }
      },
    );
    return () => reading.abort();
  }, [source, id, base, part, name]);
  const nameOf = (one: string) => heads.find(head => head.id === one)?.name ?? one.slice(0, 8);
  const found = answer.value;
  const text = () => (found?.lines ?? []).map(([kind, line]) => `${kind}${line}`).join('\n');
  return (
    <Dialog
      title={`${name}: ${nameOf(id)} beside ${nameOf(base)}`}
      class="tk-difference"
      tools={<CopyButton text={text} label="Copy difference" />}
      onClose={onClose}
    >
      <div class="tk-difference-body">
        {problem.value && <Problem error={problem.value} />}
        {!found && !problem.value && <SkeletonRows />}
        {found && (
          <p class="tk-difference-head">
            <span class="tk-removed">− {nameOf(base)}</span>
            <span class="tk-added">+ {nameOf(id)}</span>
            <span class="tk-faint">
              {found.note || `${integer(found.added)} added, ${integer(found.removed)} removed`}
            </span>
          </p>
        )}
        {found && found.lines.length > 0 && (
          <pre class="tk-code tk-difference-lines">
            {found.lines.map(([kind, line], at) => (
              <span key={at} data-kind={kind}>
                <i aria-hidden="true">{kind}</i>
                {`${line.slice(0, 2_000)}\n`}
              </span>
            ))}
          </pre>
        )}
      </div>
    </Dialog>
  );
}
