// The experiments of a comparison as chips: point at one to find it everywhere, click it to make it the base, add and remove.

import { useSignal } from '@preact/signals';
import { Plus, X } from 'lucide';
import { DASHES, seriesToken } from '../charts/paint';
import { integer } from '../parts/format';
import { Icon } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { Middle } from '../parts/middle';
import { Popover } from '../table/popover';
import type { Head } from './answers';
import { useCompany } from './company';

/** More chips are shown when they are asked for. */
const FEW = 16;

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

export function Chips() {
  const { heads, shown, groups, base, lit, setBase, setObjects, source, answer, ids, more } = useCompany();
  const all = useSignal(false);
  const many = heads.length > FEW;
  const listed = all.value || !many ? heads : heads.slice(0, FEW);
  const brushed = new Set(shown.map(head => head.id));
  const remove = (id: string) => setObjects(ids.filter(one => one !== id));
  const add = (
    <Popover label="Add experiments" icon={Plus} text={<span class="tk-wide-only">Add</span>} class="tk-company-add">
      {() => <Add source={source} ids={ids} onIds={setObjects} />}
    </Popover>
  );
  return (
    <div class={many ? 'tk-company tk-company-many' : 'tk-company'}>
      {many && (
        <div class="tk-company-line">
          <span class="tk-number">
            {integer(heads.length)} experiments
            {groups.length > 0 && ` in ${integer(groups.length)} ${groups.length === 1 ? 'group' : 'groups'}`}
          </span>
          <button
            type="button"
            class="tk-button tk-quiet"
            aria-expanded={all.value}
            onClick={() => {
              all.value = !all.value;
            }}
          >
            {all.value ? 'Show fewer' : `and ${integer(heads.length - FEW)} more`}
          </button>
          {add}
        </div>
      )}
      <ul
        class={all.value && many ? 'tk-chips tk-chips-all' : 'tk-chips'}
        aria-label="Experiments"
        {...(many ? { tabIndex: 0 } : {})}
      >
        {listed.map(head => {
          const is = head.id === base;
          const classes = [
            'tk-chip',
            is && 'tk-chip-base',
            head.id === lit.value && 'tk-lit',
            !brushed.has(head.id) && 'tk-off',
            head.problem && 'tk-chip-broken',
          ];
          return (
            <li
              key={head.id}
              class={classes.filter(Boolean).join(' ')}
              onPointerEnter={() => {
                lit.value = head.id;
              }}
              onPointerLeave={() => {
                lit.value = null;
              }}
            >
              <button
                type="button"
                class="tk-chip-name"
                aria-pressed={is}
                aria-label={`Base: ${head.name}`}
                title={
                  head.problem ??
                  (is ? `${head.name} is the base: click to have none` : `Compare the others with ${head.name}`)
                }
                onClick={() => setBase(is ? null : head.id)}
                onFocus={() => {
                  lit.value = head.id;
                }}
                onBlur={() => {
                  lit.value = null;
                }}
              >
                <Swatch head={head} />
                <Middle text={head.name} />
                {is && <span class="tk-chip-word">base</span>}
              </button>
              <button
                type="button"
                class="tk-chip-remove"
                aria-label={`Remove ${head.name}`}
                title={`Remove ${head.name} from the comparison`}
                disabled={heads.length < 2}
                onClick={() => remove(head.id)}
              >
                <Icon of={X} size={12} />
              </button>
            </li>
          );
        })}
      </ul>
      {!many && add}
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
