// The experiments of a comparison as chips: point at one to find it everywhere, click it to make it the base, add and remove.
// Where they are in groups, the chips are those: what is a line, with its colour.

import { type Signal, useSignal } from '@preact/signals';
import { Plus, X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { DASHES, seriesToken } from '../charts/paint';
import { useFitting } from '../parts/fitting';
import { integer } from '../parts/format';
import { Icon } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { Middle } from '../parts/middle';
import { Popover } from '../table/popover';
import type { Head, HeadGroup } from './answers';
import { isLit, useCompany } from './company';

/** So many chips stand there at most, in two lines, or three where one fills a line: others when they are asked for. */
const [FEW, NARROW] = [16, 560];
/** So wide is what says that there are more, and what adds others, in CSS pixels. */
const [MORE, ADD] = [84, 72];

const Add = lazy(async () => (await import('./add')).Add);

export function Swatch({ head }: { head: Pick<Head, 'color' | 'dash'> }) {
  const dashes = DASHES[head.dash % DASHES.length];
  return (
    <svg class="tk-linemark" viewBox="0 0 16 8" width={16} height={8} aria-hidden="true">
      <line
        x1="0"
        y1="4"
        x2="16"
        y2="4"
        stroke={seriesToken(head.color)}
        stroke-width="3"
        stroke-dasharray={dashes?.join(' ')}
      />
    </svg>
  );
}

/** What the chips are of: the groups, the experiments, or those of one group. */
type Listed = 'groups' | 'experiments' | HeadGroup;

export function Chips() {
  const { heads, shown, groups, base, lit, setBase, setObjects, source, answer, ids, more } = useCompany();
  const all = useSignal(false);
  const inside = useSignal<string | null>(null);
  const grouped = groups.length > 0;
  const listed: Listed =
    !grouped || inside.value === 'experiments'
      ? 'experiments'
      : (groups.find(group => group.id === inside.value) ?? 'groups');
  const members = typeof listed === 'string' ? null : new Set(listed.members);
  const own = members ? heads.filter(head => members.has(head.id)) : heads;
  const count = listed === 'groups' ? groups.length : own.length;
  const root = useRef<HTMLDivElement>(null);
  const chips = useRef<HTMLUListElement>(null);
  const most = Math.min(count, FEW);
  const fits = useFitting(chips, {
    most: all.value ? 0 : most,
    names: `${all.value} ${(listed === 'groups' ? groups : own)
      .slice(0, most)
      .map(one => one.name)
      .join('\n')}`,
    lines: width => (width < NARROW ? 3 : 2),
    room: grouped ? MORE : MORE + ADD,
    box: root,
  });
  const shownOf = <T,>(of: readonly T[]) => (all.value ? of : of.slice(0, Math.min(most, fits)));
  const hidden = all.value ? 0 : count - Math.min(most, fits);
  const brushed = new Set(shown.map(head => head.id));
  // What shows all of them, or fewer, has the keyboard after it was pressed, wherever it stands then.
  const fold = useRef<HTMLButtonElement>(null);
  const showAll = (on: boolean) => {
    all.value = on;
    requestAnimationFrame(() => fold.current?.focus());
  };
  const leaveOut = (gone: readonly string[]) => setObjects(ids.filter(one => !gone.includes(one)));
  const list = (next: string | null) => {
    inside.value = next;
    all.value = false;
  };
  const add = (
    <Popover label="Add experiments" icon={Plus} text={<span class="tk-wide-only">Add</span>} class="tk-company-add">
      {() => <Add source={source} ids={ids} onIds={setObjects} />}
    </Popover>
  );
  const counting = members
    ? `${integer(own.length)} of ${counted(heads.length, 'experiment')}: ${(listed as HeadGroup).name}`
    : counted(heads.length, 'experiment') + (grouped ? ` in ${counted(groups.length, 'group')}` : '');
  const told = grouped || all.value || count > FEW;
  return (
    <div ref={root} class="tk-company">
      {told && (
        <div class="tk-company-line">
          <span class="tk-number tk-cut" title={counting}>
            {counting}
          </span>
          {all.value && (
            <button
              type="button"
              class="tk-button tk-quiet"
              aria-expanded="true"
              ref={fold}
              onClick={() => showAll(false)}
            >
              Show fewer
            </button>
          )}
          {grouped && (
            <button
              type="button"
              class="tk-button tk-quiet"
              onClick={() => list(listed === 'groups' ? 'experiments' : null)}
            >
              {listed === 'groups' ? 'Show experiments' : 'Show groups'}
            </button>
          )}
          {add}
        </div>
      )}
      <ul
        ref={chips}
        class={all.value ? 'tk-chips tk-chips-all' : 'tk-chips'}
        aria-label={listed === 'groups' ? 'Groups' : 'Experiments'}
        {...(all.value ? { tabIndex: 0 } : {})}
      >
        {listed === 'groups'
          ? shownOf(groups).map(group => (
              <Chip
                key={group.id}
                head={group}
                lit={lit}
                isLit={isLit(group.id, lit.value, groups) || group.members.includes(lit.value ?? '')}
                class={`tk-chip-group ${group.members.some(id => brushed.has(id)) ? '' : 'tk-off'}`}
                label={`Group: ${group.name}`}
                title={`Show the ${counted(group.members.length, 'experiment')} of ${group.name}`}
                word={<span class="tk-faint tk-number">{integer(group.members.length)}</span>}
                onClick={() => list(group.id)}
                onRemove={groups.length > 1 ? () => leaveOut(group.members) : null}
              />
            ))
          : shownOf(own).map(head => {
              const is = head.id === base;
              const said = is ? `${head.name} is the base: click to have none` : `Compare the others with ${head.name}`;
              const classes = [
                is && 'tk-chip-base',
                !brushed.has(head.id) && 'tk-off',
                head.problem && 'tk-chip-broken',
              ];
              return (
                <Chip
                  key={head.id}
                  head={head}
                  lit={lit}
                  isLit={isLit(head.id, lit.value, groups)}
                  class={classes.filter(Boolean).join(' ')}
                  pressed={is}
                  label={`Base: ${head.name}`}
                  title={head.problem ?? said}
                  word={is && <span class="tk-chip-word">base</span>}
                  onClick={() => setBase(is ? null : head.id)}
                  onRemove={heads.length > 1 ? () => leaveOut([head.id]) : null}
                />
              );
            })}
      </ul>
      {hidden > 0 && (
        <button
          type="button"
          class="tk-button tk-quiet tk-chips-more"
          aria-expanded="false"
          title={`Show all ${counted(count, listed === 'groups' ? 'group' : 'experiment')}`}
          ref={fold}
          onClick={() => showAll(true)}
        >
          {integer(hidden)} more
        </button>
      )}
      {!told && add}
      {answer.missing.length > 0 && (
        <p class="tk-company-missing" role="status" title={answer.missing.join('\n')}>
          {answer.missing.length === 1 ? 'One experiment is' : `${integer(answer.missing.length)} experiments are`} no
          longer there; the others are shown.{' '}
          <button type="button" class="tk-button tk-quiet" onClick={() => setObjects(heads.map(head => head.id))}>
            Leave out
          </button>
        </p>
      )}
      <Broken heads={heads} />
      {more > 0 && (
        <p class="tk-company-missing" role="status">
          The first {integer(ids.length)} are compared; {integer(more)} more are left out.
        </p>
      )}
    </div>
  );
}

interface ChipProps {
  head: Pick<Head, 'id' | 'name' | 'color' | 'dash'>;
  /** Who is pointed at; and whether that is this one. */
  lit: Signal<string | null>;
  isLit: boolean;
  class: string;
  pressed?: boolean;
  label: string;
  title: string;
  word: ComponentChildren;
  onClick: () => void;
  /** Null where none would be left. */
  onRemove: (() => void) | null;
}

function Chip({ head, lit, isLit, pressed, label, title, word, onClick, onRemove, ...more }: ChipProps) {
  const point = (id: string | null) => () => {
    lit.value = id;
  };
  return (
    <li
      class={`tk-chip ${isLit ? 'tk-lit' : ''} ${more.class}`}
      onPointerEnter={point(head.id)}
      onPointerLeave={point(null)}
    >
      <button
        type="button"
        class="tk-chip-name"
        aria-pressed={pressed}
        aria-label={label}
        title={title}
        onClick={onClick}
        onFocus={point(head.id)}
        onBlur={point(null)}
      >
        <Swatch head={head} />
        <Middle text={head.name} />
        {word}
      </button>
      <button
        type="button"
        class="tk-chip-remove"
        aria-label={`Remove ${head.name}`}
        title={`Remove ${head.name} from the comparison`}
        disabled={!onRemove}
        onClick={() => onRemove?.()}
      >
        <Icon of={X} size={12} />
      </button>
    </li>
  );
}

function counted(count: number, one: string): string {
  return `${integer(count)} ${one}${count === 1 ? '' : 's'}`;
}

function Broken({ heads }: { heads: readonly Head[] }) {
  const broken = heads.filter(head => head.problem);
  if (broken.length === 0) {
    return null;
  }
  const [first] = broken;
  const who = broken.length === 1 ? first?.name : `${integer(broken.length)} experiments`;
  return (
    <p class="tk-company-missing" role="status" title={broken.map(head => `${head.id}: ${head.problem}`).join('\n')}>
      {`${who} cannot be read, the others are shown: `}
      <code>trackkit verify</code> says what is wrong.
    </p>
  );
}
