// The loop of an experiment that runs: pause, resume, stop and checkpoint, its knobs, and what was asked of it.

import { History, Pause, Play, Save, Square } from 'lucide';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Clock, TurnMark } from '../clock';
import { integer, milliseconds, short } from '../parts/format';
import { Button } from '../parts/icon';
import { useLive } from '../parts/live';
import { Popover } from '../parts/popover';
import { RelativeTime } from '../parts/time';
import type { ExperimentAnswer, KnobValue, Turn } from '../protocol';
import type { Source } from '../source';
import '../styles/loop.css';
import { useDoing } from './doing';
import { KnobTool, turning, useAsking } from './knob';

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
  const ask = useAsking(source, () => {
    live.restart();
    onChanged();
  });
  const { run, window } = useDoing({
    source,
    subject: () => ({ id, status: record.status, archived: record.archived, mode: null }),
    record: () => Promise.resolve(record),
    own: {},
    onChanged: () => {
      live.restart();
      onChanged();
    },
  });
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
  const section = useRef<HTMLElement>(null);
  const ended = Boolean(told && !told.doing);
  useFocusKept(section, ended);
  if (!told) {
    return <div class="tk-loop" aria-busy="true" />;
  }
  const { doing, knobs, turns } = told;
  const held = doing === 'paused' || doing === 'pausing';
  return (
    <section ref={section} class="tk-loop" aria-label="Loop" tabIndex={-1}>
      {doing && (
        <span class="tk-loop-doing">
          {held ? (
            <Button label="Resume" icon={Play} onClick={() => ask('resume', { id })} />
          ) : (
            <Button label="Pause" icon={Pause} disabled={doing === 'stopping'} onClick={() => ask('pause', { id })} />
          )}
          <Button label="Stop" icon={Square} disabled={doing === 'stopping'} onClick={() => run('stop')} />
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
          onTurn={turning(ask, id, knob)}
        />
      ))}
      {window}
      {turns.length > 0 && (
        <Popover
          label="What was asked"
          icon={History}
          title={<span class="tk-number">{integer(turns.length)}</span>}
          class="tk-turns"
        >
          <Turns turns={turns} ended={!doing} />
        </Popover>
      )}
    </section>
  );
}

/** Who stopped a loop by its button stays where it was: the button goes with the loop, and the focus would be nowhere. */
function useFocusKept(section: { current: HTMLElement | null }, ended: boolean): void {
  const inside = useRef(false);
  useEffect(() => {
    const look = ({ target }: Event) => {
      const asked = (target as HTMLElement).closest('[role=dialog]'); // it gives the focus back
      inside.current = asked ? inside.current : Boolean(section.current?.contains(target as HTMLElement));
    };
    document.addEventListener('focusin', look);
    return () => document.removeEventListener('focusin', look);
  }, []);
  useLayoutEffect(() => {
    if (ended && inside.current && !section.current?.contains(document.activeElement)) {
      section.current?.focus();
    }
  }, [ended]);
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
            text: `${turn.name}: ${shown(turn.was)} → ${shown(turn.value)}`,
            user: turn.user,
          },
        ];
  });
}

const ASKED = { pause: 'Pause', resume: 'Resume', stop: 'Stop', checkpoint: 'Checkpoint' };

function Turns({ turns, ended }: { turns: Turn[]; ended: boolean }) {
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
              {turn.heeded === null
                ? ended
                  ? 'not heeded'
                  : 'not yet'
                : turn.iteration === null
                  ? '–'
                  : integer(turn.iteration)}
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
