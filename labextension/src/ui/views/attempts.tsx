// The attempts of a notebook cell, in a line beneath it that opens: courses, final values, what changed, and the code back.

import { useSignal } from '@preact/signals';
import { ChevronDown, ChevronRight, Pin, Undo2 } from 'lucide';
import '../styles/attempts.css';
import { bestOf, directionOf } from '../charts/best';
import { integer, short } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { Nothing, Problem } from '../parts/states';
import { Status } from '../parts/status';
import { RelativeTime } from '../parts/time';
import { useToast } from '../parts/toast';
import type { Attempt, AttemptsAnswer, Num } from '../protocol';
import { type Source, wordsOf } from '../source';
import { Course, Values } from './attemptcourse';

const FIRST = 20;
const MOST = 100;
const PINNED = 'pinned';

/** The cell, as the host has it. */
export interface CellPlace {
  cell: string;
  /** The path of its notebook. */
  notebook: string;
  /** Put code into the cell; returns how to take that back, or in a sentence why it cannot be. */
  put: (code: string) => (() => void) | string;
  /** Show one of its experiments. */
  open: (id: string, name: string) => void;
}

interface AttemptsProps {
  source: Source;
  place: CellPlace;
  /** Counts up when the cell may have been executed. */
  executed: number;
}

export function Attempts({ source, place, executed }: AttemptsProps) {
  const open = useSignal(false);
  const limit = useSignal(FIRST);
  const latest = useSignal<string[]>([]);
  const { cell, notebook } = place;
  const live = useLive(
    source,
    latest.value,
    async signal => {
      const answer = await source.read('attempts', { cell, notebook, limit: limit.value }, signal);
      const first = answer.items[0]?.id;
      if (first && first !== latest.peek()[0]) {
        latest.value = [first]; // while it runs, it moves
      }
      return answer;
    },
    [executed, limit.value],
  );
  const answer = live.value.value;
  if (!answer || answer.total < 2) {
    return null;
  }
  return (
    <section class="tk-attempts" aria-label="Attempts of this cell">
      <Line answer={answer} open={open.value} onOpen={() => (open.value = !open.value)} />
      {open.value && (
        <Opened
          answer={answer}
          source={source}
          place={place}
          onChanged={() => live.restart()}
          onMore={
            answer.items.length < Math.min(answer.total, MOST) && limit.value < MOST ? () => (limit.value = MOST) : null
          }
        />
      )}
      {live.error.value && <Problem error={live.error.value} />}
    </section>
  );
}

function metricOf(answer: AttemptsAnswer): string {
  const [metric, variant] = answer.metric ?? [];
  return metric === undefined ? '' : metric === variant ? metric : `${metric}/${variant}`;
}

/** The one that did best of all, listed or not, where the name of the metric says what better means. */
function best({ values, items, metric, total }: AttemptsAnswer) {
  const [at] = bestOf(values, metric && directionOf(metric[0]));
  return at === undefined ? undefined : { id: items[at]?.id, number: total - at, value: values[at] ?? null };
}

function Line({ answer, open, onOpen }: { answer: AttemptsAnswer; open: boolean; onOpen: () => void }) {
  const { items, total } = answer;
  const [newest] = items;
  const winner = best(answer);
  const shown = items.filter(item => item.value !== null).length;
  return (
    <button type="button" class="tk-attempts-line" aria-expanded={open} onClick={onOpen}>
      <Icon of={open ? ChevronDown : ChevronRight} size={14} />
      <b>Attempt {integer(total)}</b>
      {newest && newest.value !== null && (
        <span class="tk-number">
          {metricOf(answer)} {short(newest.value)}
        </span>
      )}
      {shown > 1 && <Values items={items} best={winner?.id} />}
      {winner && (
        <span class="tk-faint tk-number">
          {winner.number === total ? 'the best so far' : `best ${short(winner.value)} in attempt ${winner.number}`}
        </span>
      )}
    </button>
  );
}

interface OpenedProps {
  answer: AttemptsAnswer;
  source: Source;
  place: CellPlace;
  onChanged: () => void;
  onMore: (() => void) | null;
}

function Opened({ answer, source, place, onChanged, onMore }: OpenedProps) {
  const looked = useSignal<string | null>(null);
  const say = useToast();
  const { items } = answer;
  const at = Math.max(
    0,
    items.findIndex(item => item.id === looked.value),
  );
  const winner = best(answer);
  const pin = async (item: Attempt) => {
    const pinned = item.tags.includes(PINNED);
    try {
      await source.edit(pinned ? 'remove_tags' : 'add_tags', { id: item.id, tags: [PINNED] });
      onChanged();
    } catch (reason) {
      say({ text: wordsOf(reason), problem: true });
    }
  };
  const putBack = async (item: Attempt) => {
    try {
      const { text } = await source.read('text', { id: item.id, part: 'cell' });
      const back = place.put(text);
      say(
        typeof back === 'string'
          ? { text: back, problem: true }
          : { text: `The code of attempt ${item.number} is in the cell`, action: { label: 'Undo', run: back } },
      );
    } catch (reason) {
      say({ text: wordsOf(reason), problem: true });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target instanceof HTMLElement ? event.target.closest('tr') : null;
    const next = step === 1 ? row?.nextElementSibling : step === -1 ? row?.previousElementSibling : null;
    if (next instanceof HTMLElement) {
      event.preventDefault();
      next.focus();
    }
  };
  const look = (item: Attempt) => {
    looked.value = item.id;
  };
  return (
    <div class="tk-attempts-open">
      <div class="tk-attempts-list">
        <table class="tk-table tk-compact" aria-label="Attempts" onKeyDown={onKeyDown}>
          <tbody>
            {items.map(item => (
              <tr
                key={item.id}
                tabIndex={0}
                data-looked={items[at]?.id === item.id || undefined}
                onFocus={() => look(item)}
                onPointerEnter={() => look(item)}
              >
                <th scope="row">
                  <button
                    type="button"
                    class="tk-link tk-number"
                    title={`Open ${item.name}`}
                    onClick={() => place.open(item.id, item.name)}
                  >
                    {item.number}
                  </button>
                </th>
                <td>
                  <Course items={[item]} />
                </td>
                <td class="tk-number tk-attempt-value" title={String(item.value ?? '')}>
                  {item.id === winner?.id ? <b title="The best">{short(item.value)}</b> : short(item.value)}
                </td>
                <td class="tk-attempt-changes">
                  <Changes item={item} />
                </td>
                <td class="tk-cell-tools">
                  <Button
                    label={`Pin attempt ${item.number}`}
                    icon={Pin}
                    pressed={item.tags.includes(PINNED)}
                    onClick={() => void pin(item)}
                  />
                  {item.has_code && (
                    <Button
                      label={`Put the code of attempt ${item.number} back`}
                      icon={Undo2}
                      onClick={() => void putBack(item)}
                    />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {onMore && (
          <button type="button" class="tk-link tk-attempts-more" onClick={onMore}>
            {integer(items.length)} of {integer(answer.total)} shown: show more
          </button>
        )}
      </div>
      {items[at] && <Compared item={items[at]} before={items[at + 1]} metric={metricOf(answer)} />}
    </div>
  );
}

/** What changed, in a few words. */
function Changes({ item }: { item: Attempt }) {
  const { code, parameters, status } = item;
  return (
    <>
      {status !== 'completed' && <Status status={status} />}
      {parameters.slice(0, 3).map(([name, before, after]) => (
        <span key={name} class="tk-change" title={`${name}: ${worth(before)} → ${worth(after)}`}>
          {name} <s class="tk-faint">{worth(before)}</s> {worth(after)}
        </span>
      ))}
      {parameters.length > 3 && <span class="tk-faint">and {integer(parameters.length - 3)} more</span>}
      {code && parameters.length === 0 && <span class="tk-faint">{countOf(code)}</span>}
    </>
  );
}

function countOf({ added, removed }: NonNullable<Attempt['code']>): string {
  return added === null || removed === null ? 'code changed' : `code +${integer(added)} −${integer(removed)}`;
}

function worth(value: string | null): string {
  return value === null ? 'none' : value.length > 24 ? `${value.slice(0, 23)}…` : value;
}

interface ComparedProps {
  item: Attempt;
  before: Attempt | undefined;
  metric: string;
}

/** An attempt beside the one before it. */
function Compared({ item, before, metric }: ComparedProps) {
  const { code, parameters } = item;
  const nothing = !code && parameters.length === 0;
  return (
    <section class="tk-attempt-compared" aria-label={`Attempt ${item.number} compared`}>
      <p class="tk-attempt-head">
        <b>Attempt {item.number}</b> {item.created && <RelativeTime time={item.created} />}
      </p>
      <Course items={before ? [before, item] : [item]} large />
      {metric && (
        <p class="tk-number">
          {metric} <b>{short(item.value)}</b>
          {before && (
            <span class="tk-faint">
              , before it {short(before.value)}
              {differenceOf(before.value, item.value)}
            </span>
          )}
        </p>
      )}
      {parameters.map(([name, old, now]) => (
        <p key={name} class="tk-mono tk-attempt-parameter">
          {name}: <s class="tk-faint">{old ?? 'none'}</s> {now ?? 'none'}
        </p>
      ))}
      {code && <p class="tk-faint">{countOf(code)}</p>}
      {code && code.lines.length > 0 && (
        <pre class="tk-code tk-attempt-lines">
          {code.lines.map((line, at) => (
            <span key={at} data-change={line.startsWith('+') ? 'added' : 'removed'}>
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
      {nothing && <Nothing>{item.number === 1 ? 'The first one.' : 'Nothing changed in code and parameters.'}</Nothing>}
    </section>
  );
}

function differenceOf(before: Num | null, now: Num | null): string {
  if (typeof before !== 'number' || typeof now !== 'number') {
    return '';
  }
  const difference = now - before;
  return difference === 0 ? ' (the same)' : ` (${difference > 0 ? '+' : ''}${short(difference)})`;
}
