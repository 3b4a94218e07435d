// The heads of columns that are experiments, or groups of them.

import { integer } from '../parts/format';
import { PlaceLink } from '../parts/going';
import { Middle } from '../parts/middle';
import { Status } from '../parts/status';
import type { Head } from './answers';
import { Swatch } from './chips';

/** Of a column, in CSS pixels: where its name takes that much it is whole; and for how much the table rather scrolls. */
const WHOLE = 640;
const [SOME, SOME_OF_GROUP] = [220, 320];
/** A bold character, what stands beside a name, a line of it, and a head of one line. */
const [CHARACTER, BESIDE, LINE, HEAD] = [8, 80, 16, 44];

/** The room for the longest name of some columns, and the least that it is given: names of a sweep differ at their end. */
export function columnFor(
  heads: readonly Pick<Head, 'name'>[],
  least: number,
  grouped = false,
): [least: number, whole: number] {
  const wanted = heads.reduce((width, { name }) => Math.max(width, 56 + CHARACTER * name.length), least);
  return [Math.min(wanted, grouped ? SOME_OF_GROUP : SOME), Math.min(wanted, WHOLE)];
}

export function ColumnHead({ head, base }: { head: Head; base: string | null }) {
  return (
    <span class="tk-matrix-head">
      <span class="tk-matrix-head-name">
        <Swatch head={head} />
        <PlaceLink place={{ kind: 'experiment', id: head.id, title: head.name }}>
          <Middle text={head.name} />
        </PlaceLink>
      </span>
      <span class="tk-matrix-head-more">
        {head.id === base ? (
          <b>Base</b>
        ) : head.status ? (
          <Status status={head.status} doing={head.doing} status_reason={head.status_reason} />
        ) : (
          <span class="tk-faint">Cannot be read</span>
        )}
      </span>
    </span>
  );
}

/** The height of the heads of columns: long names of groups take a second line, or a third. */
export function headHeightFor([least, whole]: readonly [least: number, whole: number], grouped: boolean): number {
  const lines = grouped && whole > least ? Math.min(3, Math.ceil(whole / (least - BESIDE))) : 1;
  return HEAD + LINE * (lines - 1);
}

interface GroupHeadProps {
  head: Head;
  count: number;
  /** Whether the base is in the group. */
  base: boolean;
  /** Whether a long name takes several lines, as above a column. */
  wraps?: boolean;
}

export function GroupHead({ head, count, base, wraps = false }: GroupHeadProps) {
  return (
    <span class="tk-matrix-head">
      <span class="tk-matrix-head-name" title={head.name}>
        <Swatch head={head} />
        {wraps ? <span class="tk-matrix-group">{head.name}</span> : <Middle text={head.name} />}
      </span>
      <span class="tk-matrix-head-more tk-faint tk-number">
        {base && <b>Base</b>} n = {integer(count)}
      </span>
    </span>
  );
}
