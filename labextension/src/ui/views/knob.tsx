// A knob of a loop that runs, to look at and to turn: a slider, a switch, a number; and how a loop is asked for something.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { short } from '../parts/format';
import { useToast } from '../parts/toast';
import type { EditName, Edits, Knob, KnobValue } from '../protocol';
import { type Source, wordsOf } from '../source';
import '../styles/knob.css';

/** From this ratio of its ends on, a slider goes in equal ratios. */
const LOGARITHMIC = 100;
const STEPS = 1000;

const LATE_MS = 1_000;
const BUSY =
  'The kernel takes this when its cell has ended, and there is no other way to it from here. In a terminal, ' +
  '“trackkit turn”, “pause” and “stop” reach the loop now.';

/** Where the words go with which something was refused. */
type Refuse = (words: string) => void;

export type Ask = <N extends EditName>(operation: N, args: Edits[N], refuse?: Refuse) => Promise<boolean>;

/** Asks a loop for something, and answers whether that was taken; what was refused is told, at the foot unless elsewhere. */
export function useAsking(source: Source, onAsked: () => void): Ask {
  const say = useToast();
  return async (operation, args, refuse = words => say({ text: words, problem: true })) => {
    let done = true;
    // What tells without being asked is a kernel: busy, it takes nothing until its cell has ended.
    const waiting = source.told && setTimeout(() => say({ text: BUSY, problem: true }), LATE_MS);
    try {
      await source.edit(operation, args);
    } catch (reason) {
      done = false;
      refuse(wordsOf(reason));
    }
    clearTimeout(waiting);
    onAsked();
    return done;
  };
}

/** Turns a knob of an experiment, unless somebody else did since it was looked at. */
export function turning(ask: Ask, id: string, knob: Knob): KnobToolProps['onTurn'] {
  return (value, seen = knob.value, refuse) =>
    ask('turn', { id, name: knob.name, value: String(value), seen: String(seen) }, refuse);
}

interface KnobToolProps {
  knob: Knob;
  disabled: boolean;
  /** Answers whether it was turned; `seen` is the value that it was turned from, where that is not the one it has. */
  onTurn: (value: KnobValue, seen?: KnobValue, refuse?: Refuse) => Promise<boolean>;
}

export function KnobTool({ knob: read, disabled, onTurn: ask }: KnobToolProps) {
  const { knob, onTurn } = useTurned(read, ask);
  const { name, value } = knob;
  const title = `${name}, ${rangeOf(knob)}${value === knob.default ? 'as it began' : `began as ${knob.default}`}`;
  return (
    <span class="tk-knob" title={title} data-turned={value !== knob.default}>
      {typeof value === 'boolean' ? (
        <label class="tk-switch">
          <input
            type="checkbox"
            checked={value}
            disabled={disabled}
            // Not what the box shows: it is drawn anew while it is clicked, where that moves something else.
            onChange={() => void onTurn(!value)}
          />
          {name}
        </label>
      ) : (
        <>
          <span class="tk-knob-name">{name}</span>
          {typeof value === 'number' && <Slider knob={knob} disabled={disabled} onTurn={onTurn} />}
          <Typed knob={knob} disabled={disabled} onTurn={onTurn} />
        </>
      )}
    </span>
  );
}

/** The values it takes, where they are bounded. */
function rangeOf({ min, max }: Knob): string {
  if (min !== null && max !== null) {
    return `${min} to ${max}, `;
  }
  return min !== null ? `from ${min}, ` : max !== null ? `up to ${max}, ` : '';
}

/**
 * A knob as it is after the turns that were made here, read back or not, one after the other: what a person turned
 * themselves is no news to them, and no turn of somebody else.
 */
function useTurned(knob: Knob, ask: KnobToolProps['onTurn']): Pick<KnobToolProps, 'knob' | 'onTurn'> {
  const own = useSignal<{ from: KnobValue[]; to: KnobValue; read: boolean } | null>(null);
  const pending = useRef<Promise<unknown> | null>(null);
  useEffect(() => {
    const made = own.peek();
    // What is read while another turn is under way is not the last word.
    if (made && !pending.current) {
      own.value = knob.value === made.to ? { ...made, read: true } : null; // else somebody turned it after that
    }
  }, [knob]);
  const value = own.value && !own.value.read ? own.value.to : knob.value;
  const turn = async (wanted: KnobValue, from: KnobValue, refuse?: Refuse) => {
    const made = own.peek();
    const seen = made?.from.includes(from) ? made.to : from;
    const taken = await ask(wanted, seen, refuse);
    const to = typeof knob.value === 'number' ? Number(wanted) : wanted;
    if (taken) {
      own.value = Number.isNaN(to) ? null : { from: [...(own.peek()?.from ?? []), seen], to, read: false };
    }
    return taken;
  };
  return {
    knob: { ...knob, value },
    onTurn: (wanted, from = value, refuse) => {
      const turned = pending.current
        ? pending.current.then(() => turn(wanted, from, refuse))
        : turn(wanted, from, refuse);
      pending.current = turned;
      void turned.finally(() => {
        if (pending.current === turned) {
          pending.current = null;
        }
      });
      return turned;
    },
  };
}

/** A slider between the ends of a range: asked for when it is let go, so that a drag is one turn. */
function Slider({ knob, disabled, onTurn }: KnobToolProps) {
  const { name, min, max, default: begun } = knob;
  const value = knob.value as number;
  const at = useSignal<number | null>(null);
  if (min === null || max === null) {
    return null;
  }
  const ratio = min > 0 && max / min >= LOGARITHMIC;
  const whole =
    typeof begun === 'number' && Number.isInteger(begun) && Number.isInteger(value) && Number.isInteger(min);
  const place = ratio ? (Math.log(value / min) / Math.log(max / min)) * STEPS : ((value - min) / (max - min)) * STEPS;
  const valueAt = (step: number) => {
    const exact = ratio ? min * (max / min) ** (step / STEPS) : min + ((max - min) * step) / STEPS;
    const kept = whole ? Math.round(exact) : Number(exact.toPrecision(3));
    return Math.min(max, Math.max(min, kept));
  };
  return (
    <input
      type="range"
      class="tk-range"
      aria-label={name}
      aria-valuetext={short(at.value === null ? value : valueAt(at.value))}
      min={0}
      max={STEPS}
      step={1}
      disabled={disabled}
      value={at.value ?? place}
      onInput={event => {
        at.value = event.currentTarget.valueAsNumber;
      }}
      onChange={async event => {
        const step = event.currentTarget.valueAsNumber;
        const next = valueAt(step);
        if (next !== value) {
          await onTurn(next); // it stays where it was let go until that is known
        }
        if (at.value === step) {
          at.value = null;
        }
      }}
    />
  );
}

/** The value itself, to read and to write: Enter turns, Escape leaves it as it is. */
function Typed({ knob, disabled, onTurn }: KnobToolProps) {
  const { name, value } = knob;
  const say = useToast();
  const told = useId();
  const text = useSignal(String(value));
  /** What was refused, and why: it stays, to be corrected, and is not asked for again. */
  const refused = useSignal<{ wanted: string; words: string } | null>(null);
  const put = (shown: string) => {
    text.value = shown;
    refused.value = null;
  };
  const latest = useRef(value);
  latest.current = value;
  /** The value that a person began to write over; while they do, another one does not take its place. */
  const began = useRef<KnobValue | null>(null);
  useEffect(() => {
    if (began.current === null) {
      put(String(value));
    }
  }, [value]);
  const commit = async () => {
    const wanted = text.value.trim();
    const from = began.current ?? value;
    began.current = null;
    if (wanted === String(value) || wanted === refused.value?.wanted) {
      return;
    }
    let words = '';
    if (await onTurn(wanted, from, why => (words = why))) {
      return;
    }
    if (latest.current === from) {
      refused.value = { wanted, words };
    } else {
      put(String(latest.current)); // somebody else turned it meanwhile
      say({ text: words, problem: true });
    }
  };
  const wrong = refused.value !== null && refused.value.wanted === text.value.trim();
  return (
    <>
      <input
        type="text"
        class="tk-input tk-knob-value"
        inputMode={typeof value === 'number' ? 'decimal' : 'text'}
        aria-label={`Value of ${name}`}
        aria-invalid={wrong}
        aria-describedby={wrong ? told : undefined}
        disabled={disabled}
        value={text.value}
        onInput={event => {
          began.current ??= value;
          text.value = event.currentTarget.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            void commit();
          } else if (event.key === 'Escape') {
            began.current = null;
            put(String(value));
          }
        }}
        onBlur={() => void commit()}
      />
      {wrong && (
        <span class="tk-knob-problem" id={told} role="alert">
          {refused.value?.words}
        </span>
      )}
    </>
  );
}
