// A cell of the details: what an experiment has, or the members of a group have in common.

import { FileDiff } from 'lucide';
import { integer } from '../parts/format';
import { Icon } from '../parts/icon';
import type { Head } from './answers';
import { kindsOf, type Members } from './grouprows';
import type { DetailRow } from './rows';

/** An experiment, or a group of them. */
export interface Column {
  head: Head;
  /** Places among the heads. */
  members: Members;
}

interface CellProps {
  row: DetailRow;
  column: Column;
  /** Shows a long text beside that of another. */
  onBeside: (() => void) | undefined;
}

/** Where the members of a group have different values, how many. */
export function DetailCell({ row, column: { head, members }, onBeside }: CellProps) {
  const kinds = kindsOf(row, members);
  const [only, second] = kinds.filter(([value]) => value >= 0);
  if (!only) {
    return <span class="tk-faint">–</span>;
  }
  const [value, count] = only;
  const text = row.texts[value] ?? '';
  const several = second !== undefined;
  const words = several ? `${integer(kinds.length)} values` : text;
  const title = several
    ? kinds.map(([one, many]) => `${one < 0 ? 'none' : row.texts[one]} (${integer(many)})`)
    : [text];
  const some = !several && count < members.length && <span class="tk-faint"> n = {integer(count)}</span>;
  if (!onBeside) {
    return (
      <span title={title.join('\n')}>
        {several ? <span class="tk-matrix-several">{words}</span> : words}
        {some}
      </span>
    );
  }
  const lines = words.split('\n');
  return (
    <button
      type="button"
      class="tk-matrix-long"
      title={several ? `${words}: see the difference` : text}
      aria-label={`Difference of ${row.name} in ${head.name}`}
      onClick={onBeside}
    >
      <Icon of={FileDiff} size={12} />
      <span class="tk-cut">{lines.length > 1 ? `${lines.find(line => line.trim().length > 1) ?? ''} …` : words}</span>
      {some}
    </button>
  );
}
