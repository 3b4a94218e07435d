// Two versions of a text side by side, with the lines marked that only one of them has.

import { useMemo } from 'preact/hooks';
import { CopyButton } from './copy';
import { Button } from './icon';

/** More lines are not drawn: what is to be chosen shows in the first that differ. */
const MOST_LINES = 2_000;

interface SidesProps {
  left: { title: string; text: string };
  right: { title: string; text: string };
}

export function TwoSides({ left, right }: SidesProps) {
  const [ours, theirs] = useMemo(() => [linesOf(left.text), linesOf(right.text)], [left.text, right.text]);
  return (
    <div class="tk-sides">
      <Side {...left} lines={ours} others={theirs} />
      <Side {...right} lines={theirs} others={ours} />
    </div>
  );
}

function linesOf(text: string): string[] {
  return text.split('\n');
}

interface SideProps {
  title: string;
  text: string;
  lines: string[];
  others: string[];
}

function Side({ title, text, lines, others }: SideProps) {
  const known = useMemo(() => new Set(others), [others]);
  // The first line that differs, with what stands before it.
  const from = Math.max(0, lines.findIndex(line => !known.has(line)) - 5);
  const shown = lines.length > MOST_LINES ? lines.slice(from, from + MOST_LINES) : lines;
  return (
    <section class="tk-side" aria-label={title}>
      <div class="tk-bar">
        <h3>{title}</h3>
        <span class="tk-space" />
        <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
      </div>
      <pre class="tk-code">
        {shown.map((line, index) => (
          <span key={index} data-differs={!known.has(line) || undefined}>
            {`${line.slice(0, 2_000)}\n`}
          </span>
        ))}
      </pre>
    </section>
  );
}

interface ConflictProps {
  what: string;
  mine: string;
  theirs: string;
  busy: boolean;
  onMine: () => void;
  onTheirs: () => void;
}

/** Two people edited one thing: both versions, and the choice between them. */
export function Conflict({ what, mine, theirs, busy, onMine, onTheirs }: ConflictProps) {
  return (
    <div class="tk-conflict">
      <p role="alert">
        The {what} changed while you edited. Nothing of yours is lost: keep one of the two, or take theirs and go on
        editing.
      </p>
      <TwoSides left={{ title: 'Theirs', text: theirs }} right={{ title: 'Yours', text: mine }} />
      <div class="tk-bar">
        <span class="tk-space" />
        <Button label="Take theirs" class="tk-outlined" onClick={onTheirs} disabled={busy}>
          Take theirs
        </Button>
        <Button label="Keep mine" class="tk-strong" onClick={onMine} disabled={busy}>
          Keep mine
        </Button>
      </div>
    </div>
  );
}
