// The attempts of a notebook cell, in a line beneath it that opens: courses, final values, what changed, and the code back.

import { useSignal } from '@preact/signals';
import { ChevronDown, ChevronRight, Pin, Undo2 } from 'lucide';
import '../styles/attempts.css';
import { bestOf } from '../charts/best';
import { integer, short } from '../parts/format';
import { Button, Icon } from '../parts/icon';
import { useLive } from '../parts/live';
import { Problem } from '../parts/states';
import { Status } from '../parts/status';
import { useToast } from '../parts/toast';
import type { Attempt, AttemptsAnswer } from '../protocol';
import { type Source, wordsOf } from '../source';
import { Change, Compared, codeChange, several, toldBy } from './attemptcompared';
import { Course, type Scale, scaleOf, Values } from './attemptcourse';

const FIRST = 20;
const MOST = 100;
const PINNED = 'pinned';
/** Parameters that a row names. */
const FEW = 3;

/** The cell, as the host has it. */
export interface CellPlace {
  cell: string;
  /** The path of its notebook. */
  notebook: string;
  /** Put code into the cell; returns how to take that back, or in a sentence why it cannot be. */
  put: (code: string) => (() => void) | string;
  /** Show one of its experiments. */
  open: (id: string, name: string) => void;
  /** Show those that a query finds, in the table. */
  list: (query: string) => void;
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
      const [newest] = answer.items;
      // While it runs, it moves, and may start more.
      const watched = newest ? [newest.id, ...(newest.status === 'running' ? [source.storeId] : [])] : [];
      if (watched.join() !== latest.peek().join()) {
        latest.value = watched;
      }
      return answer;
    },
    [executed, limit.value],
  );
  const answer = live.value.value;
  if (!answer || answer.experiments < 2) {
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
function best({ values, items, better, total }: AttemptsAnswer) {
  const [at] = bestOf(values, better);
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
      <span>
        <b>Attempt {integer(total)}</b>
        {newest && newest.experiments > 1 && ` · ${several(newest)}`}
      </span>
      {newest && newest.value !== null && (
        <span class="tk-number">
          {metricOf(answer)} {short(newest.value)}
          <span class="tk-faint">{toldBy(newest, answer)}</span>
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
  const scale = scaleOf(items);
  const pin = async ({ id, pinned }: Attempt) => {
    const operation = pinned.length > 0 ? 'remove_tags' : 'add_tags';
    try {
      for (const one of pinned.length > 0 ? pinned : [id]) {
        await source.edit(operation, { id: one, tags: [PINNED] });
      }
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
  return (
    <div class="tk-attempts-open">
      <div class="tk-attempts-list">
        <table class="tk-table tk-compact" aria-label="Attempts" onKeyDown={onKeyDown}>
          <thead>
            <tr>
              <th scope="col" aria-label="Attempt">
                #
              </th>
              <th scope="col" title="All are drawn on one scale; one that goes far astray leaves it">
                Course
              </th>
              <th scope="col" class="tk-number" title={metricOf(answer)}>
                <span class="tk-cut">{metricOf(answer) || 'Value'}</span>
              </th>
              <th scope="col">What changed</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {items.map(item => (
              <Row
                key={item.id}
                item={item}
                scale={scale}
                looked={items[at]?.id === item.id}
                best={item.id === winner?.id}
                place={place}
                onLook={() => (looked.value = item.id)}
                onPin={() => void pin(item)}
                onPutBack={() => void putBack(item)}
              />
            ))}
          </tbody>
        </table>
        {answer.unrecorded > 0 && (
          <p class="tk-faint tk-attempts-note">
            Which run of the cell started {integer(answer.unrecorded)} of the experiments was not recorded: each counts
            as an attempt.
          </p>
        )}
        {onMore && (
          <button type="button" class="tk-link tk-attempts-more" onClick={onMore}>
            {integer(items.length)} of {integer(answer.total)} shown: show more
          </button>
        )}
      </div>
      {items[at] && (
        <Compared item={items[at]} before={items[at + 1]} answer={answer} scale={scale} metric={metricOf(answer)} />
      )}
    </div>
  );
}

interface RowProps {
  item: Attempt;
  scale: Scale;
  looked: boolean;
  best: boolean;
  place: CellPlace;
  onLook: () => void;
  onPin: () => void;
  onPutBack: () => void;
}

function Row({ item, scale, looked, best, place, onLook, onPin, onPutBack }: RowProps) {
  const { number, name, id, value, experiments, where } = item;
  return (
    <tr tabIndex={0} data-looked={looked || undefined} onFocus={onLook} onPointerEnter={onLook}>
      <th scope="row">
        <button
          type="button"
          class="tk-link tk-number"
          title={experiments > 1 ? `Show its ${several(item)}` : `Open ${name}`}
          onClick={() => (experiments > 1 ? place.list(where) : place.open(id, name))}
        >
          {number}
        </button>
      </th>
      <td>
        <Course items={[item]} scale={scale} />
      </td>
      <td class="tk-number tk-attempt-value" title={String(value ?? '')}>
        {best ? <b title="The best">{short(value)}</b> : short(value)}
      </td>
      <td class="tk-attempt-changes">
        <Changes item={item} />
      </td>
      <td class="tk-cell-tools">
        <Button label={`Pin attempt ${number}`} icon={Pin} pressed={item.pinned.length > 0} onClick={onPin} />
        {item.has_code && (
          <Button label={`Put back the code of attempt ${number}`} icon={Undo2} onClick={onPutBack}>
            <span class="tk-wide-only">Put back</span>
          </Button>
        )}
      </td>
    </tr>
  );
}

/** What changed, in a few words. */
function Changes({ item }: { item: Attempt }) {
  const { number, code, parameters, experiments } = item;
  return (
    <>
      {experiments > 1 && <span class="tk-change">{several(item)}</span>}
      <Ended item={item} />
      {number === 1 && parameters.length > 0 && <span class="tk-faint">first: </span>}
      {parameters.slice(0, FEW).map(each => (
        <Change key={each[0]} of={each.map(worth)} first={number === 1} />
      ))}
      {parameters.length > FEW && <span class="tk-faint">and {integer(parameters.length - FEW)} more</span>}
      {code && parameters.length === 0 && <span class="tk-faint">{codeChange(code)}</span>}
    </>
  );
}

/** How it ended, where that is not as one expects; of several how many did. */
function Ended({ item }: { item: Attempt }) {
  const { status, status_reason, experiments, ended } = item;
  const many = experiments > 1;
  const alone = status === 'completed' && !status_reason ? [] : [status];
  const told = many ? (['running', 'failed', 'aborted'] as const).filter(one => ended[one]) : alone;
  return told.map(one => (
    <span key={one} class="tk-change">
      <Status {...item} status={one}>
        {many ? `${integer(ended[one] ?? 0)} ${one}` : undefined}
      </Status>
    </span>
  ));
}

function worth(value: string | null): string {
  return value === null ? 'none' : value.length > 24 ? `${value.slice(0, 23)}…` : value;
}
