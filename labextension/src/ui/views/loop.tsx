// The loop of an experiment that runs: pause, resume, stop and checkpoint, its knobs, and what was asked of it.

import { useSignal } from '@preact/signals';
import { History, Pause, Play, Save, Square } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { Clock, TurnMark } from '../clock';
import { integer, milliseconds, short } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Popover } from '../parts/popover';
import { RelativeTime } from '../parts/time';
import { useToast } from '../parts/toast';
import type { EditName, Edits, ExperimentAnswer, Knob, KnobValue, Turn } from '../protocol';
import { type Source, wordsOf } from '../source';
import '../styles/loop.css';

/** From this ratio of its ends on, a slider goes in equal ratios. */
const LOGARITHMIC = 100;
const STEPS = 1000;

const DOING = { running: '', pausing: 'Pauses at its next log', paused: 'Paused', stopping: 'Stops at its next log' };

interface LoopProps {
  source: Source;
  record: ExperimentAnswer;
  clock: Clock;
  onChanged: () => void;
}

export function Loop({ source, record, clock, onChanged }: LoopProps) {
  const { id } = record;
  const live = useLive(source, [id], signal => source.read('loop', { id }, signal), [id], 200);
  const say = useToast();
  const told = live.value.value;
  useEffect(() => {
    clock.turns.value = told ? marksOf(told.turns, record.started) : [];
  }, [told, record.started]);
  useEffect(
    () => () => {
      clock.turns.value = [];
    },
    [id],
  );
  if (!told) {
    return <div class="tk-loop" aria-busy="true" />;
  }
  const { doing, knobs, turns } = told;
  const ask = async <N extends EditName>(operation: N, args: Edits[N]): Promise<boolean> => {
    let done = true;
    try {
      await source.edit(operation, args);
    } catch (reason) {
      done = false;
      say({ text: wordsOf(reason), problem: true });
    }
    live.restart();
    onChanged();
    return done;
  };
  const held = doing === 'paused' || doing === 'pausing';
  return (
    <section class="tk-loop" aria-label="Loop">
      {doing && (
        <span class="tk-loop-doing">
          {held ? (
            <Button label="Resume" icon={Play} onClick={() => ask('resume', { id })} />
          ) : (
            <Button label="Pause" icon={Pause} disabled={doing === 'stopping'} onClick={() => ask('pause', { id })} />
          )}
          <Button label="Stop" icon={Square} disabled={doing === 'stopping'} onClick={() => ask('stop', { id })} />
          <Button label="Ask for a checkpoint" icon={Save} onClick={() => ask('request_checkpoint', { id })} />
          <span class="tk-faint" role="status">
            {DOING[doing]}
          </span>
        </span>
      )}
      {knobs.map(knob => (
        <KnobTool
          key={knob.name}
          knob={knob}
          disabled={!doing || doing === 'stopping'}
          onTurn={(value, seen = knob.value) =>
            ask('turn', { id, name: knob.name, value: String(value), seen: String(seen) })
          }
        />
      ))}
      {turns.length > 0 && (
        <Popover
          label="What was asked"
          icon={History}
          title={<span class="tk-number">{integer(turns.length)}</span>}
          class="tk-turns"
        >
          <Turns turns={turns} />
        </Popover>
      )}
    </section>
  );
}

/** Where knobs were turned, on each axis of a chart. */
function marksOf(turns: readonly Turn[], started: string | null): TurnMark[] {
  const begun = milliseconds(started) ?? 0;
  return turns.flatMap(turn => {
    const heeded = milliseconds(turn.heeded);
    return turn.kind !== 'turn' || heeded === null || turn.iteration === null
      ? []
      : [
          {
            iterations: turn.iteration,
            relative: (heeded - begun) / 1000,
            wall: heeded / 1000,
            text: `${turn.name}: ${shown(turn.was)} → ${shown(turn.value)}${turn.user ? `, by ${turn.user}` : ''}`,
          },
        ];
  });
}

interface KnobToolProps {
  knob: Knob;
  disabled: boolean;
  /** Answers whether it was turned; `seen` is the value that it was turned from, where that is not the one it has. */
  onTurn: (value: KnobValue, seen?: KnobValue) => Promise<boolean>;
}

function KnobTool({ knob, disabled, onTurn }: KnobToolProps) {
  const { name, value } = knob;
  const title = `${name}, ${value === knob.default ? 'as it began' : `began as ${knob.default}`}`;
  return (
    <span class="tk-knob" title={title} data-turned={value !== knob.default}>
      {typeof value === 'boolean' ? (
        <label class="tk-switch">
          <input
            type="checkbox"
            checked={value}
            disabled={disabled}
            onChange={event => void onTurn(event.currentTarget.checked)}
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
      onChange={event => {
        const next = valueAt(event.currentTarget.valueAsNumber);
        at.value = null;
        if (next !== value) {
          void onTurn(next);
        }
      }}
    />
  );
}

/** The value itself, to read and to write: Enter turns, Escape leaves it as it is. */
function Typed({ knob, disabled, onTurn }: KnobToolProps) {
  const { name, value } = knob;
  const text = useSignal(String(value));
  /** What was refused stays, to be corrected, and is not asked for again. */
  const refused = useSignal<string | null>(null);
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
    if (wanted === String(value) || wanted === refused.value || (await onTurn(wanted, from))) {
      return;
    }
    if (latest.current === from) {
      refused.value = wanted;
    } else {
      put(String(latest.current)); // somebody else turned it meanwhile, which was told
    }
  };
  return (
    <input
      type="text"
      class="tk-input tk-knob-value"
      inputMode={typeof value === 'number' ? 'decimal' : 'text'}
      aria-label={`Value of ${name}`}
      aria-invalid={refused.value !== null && refused.value === text.value.trim()}
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
  );
}

const ASKED = { pause: 'Pause', resume: 'Resume', stop: 'Stop', checkpoint: 'Checkpoint' };

function Turns({ turns }: { turns: Turn[] }) {
  return (
    <table class="tk-turns-table">
      <thead>
        <tr>
          <th>What</th>
          <th>At iteration</th>
          <th>Who</th>
          <th>When</th>
        </tr>
      </thead>
      <tbody>
        {turns.toReversed().map(turn => (
          <tr key={turn.number}>
            <td>
              {turn.kind === 'turn' ? `${turn.name}: ${shown(turn.was)} → ${shown(turn.value)}` : ASKED[turn.kind]}
            </td>
            <td class="tk-number">
              {turn.heeded === null ? 'not heeded' : turn.iteration === null ? '–' : integer(turn.iteration)}
            </td>
            <td>{turn.user ?? '–'}</td>
            <td>
              <RelativeTime time={turn.time} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shown(value: KnobValue | null): string {
  return typeof value === 'number' ? short(value) : String(value);
}
