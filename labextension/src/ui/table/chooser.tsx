// The columns there can be, and those that are shown: search, tick, move, pin.

import { useSignal } from '@preact/signals';
import { ArrowDown, ArrowUp, Columns3, Pin, PinOff } from 'lucide';
import { Button } from '../parts/icon';
import type { FieldsAnswer } from '../protocol';
import { columnOf, metricKey, parameterKey, propertyKey, STATISTICS, trendKey } from './columns';
import type { Kind } from './kinds';
import { Popover } from './popover';

interface ChooserProps {
  kind: Kind;
  fields: FieldsAnswer | undefined;
  shown: string[];
  /** So many of the first columns stay in place. */
  pinned: number;
  onChange: (shown: string[], pinned: number) => void;
  onUsual: () => void;
}

const MOST = 150;

export function Chooser(props: ChooserProps) {
  return (
    <Popover label="Columns" icon={Columns3} text={<span class="tk-wide-only">Columns</span>}>
      {() => <Choices {...props} />}
    </Popover>
  );
}

function Choices({ kind, fields, shown, pinned, onChange, onUsual }: ChooserProps) {
  const typed = useSignal('');
  const groups: [title: string, keys: string[]][] = [
    ['Fields', [...kind.fields]],
    ['Hyperparameters', (fields?.hyperparameters ?? []).map(pair => parameterKey(pair, fields?.hyperparameters ?? []))],
    [
      'Metrics',
      (fields?.metrics ?? []).flatMap(pair => [...STATISTICS.map(one => metricKey(pair, one)), trendKey(pair)]),
    ],
    ['Properties', (fields?.properties ?? []).map(propertyKey)],
    [
      'Machine',
      (fields?.monitored ?? []).flatMap(pair => [...STATISTICS.map(one => metricKey(pair, one)), trendKey(pair)]),
    ],
  ];
  const words = typed.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (key: string) => {
    const whole = `${columnOf(key).title} ${key}`.toLowerCase();
    return words.every(word => whole.includes(word));
  };
  const move = (key: string, by: number) => {
    const at = shown.indexOf(key);
    const to = Math.max(0, Math.min(shown.length - 1, at + by));
    const next = shown.filter(other => other !== key);
    next.splice(to, 0, key);
    onChange(next, pinned);
  };
  const pin = (key: string) => {
    const at = shown.indexOf(key);
    const next = shown.filter(other => other !== key);
    const count = at < pinned ? pinned - 1 : pinned + 1;
    next.splice(at < pinned ? count : count - 1, 0, key);
    onChange(next, count);
  };
  const toggle = (key: string, on: boolean) => {
    const at = shown.indexOf(key);
    onChange(
      on ? [...shown, key] : shown.filter(other => other !== key),
      !on && at >= 0 && at < pinned ? pinned - 1 : pinned,
    );
  };
  return (
    <div class="tk-chooser">
      <div class="tk-chooser-head">
        <input
          class="tk-input"
          aria-label="Find a column"
          placeholder="Find a column"
          value={typed.value}
          onInput={event => {
            typed.value = event.currentTarget.value;
          }}
        />
        <button type="button" class="tk-button" onClick={onUsual}>
          Reset
        </button>
      </div>
      <fieldset class="tk-chooser-group" aria-label="Shown">
        <legend>Shown</legend>
        {shown.filter(fits).map(key => {
          const { title } = columnOf(key);
          const at = shown.indexOf(key);
          return (
            <div key={key} class="tk-chooser-shown">
              <label class="tk-pick-item" title={key}>
                <input type="checkbox" checked onChange={() => toggle(key, false)} />
                <span class="tk-cut">{title}</span>
              </label>
              <Button
                label={at < pinned ? `Unpin ${title}` : `Pin ${title}`}
                icon={at < pinned ? PinOff : Pin}
                onClick={() => pin(key)}
              />
              <Button label={`Move ${title} up`} icon={ArrowUp} disabled={at === 0} onClick={() => move(key, -1)} />
              <Button
                label={`Move ${title} down`}
                icon={ArrowDown}
                disabled={at === shown.length - 1}
                onClick={() => move(key, 1)}
              />
            </div>
          );
        })}
      </fieldset>
      {groups.map(([title, keys]) => {
        const found = keys.filter(key => !shown.includes(key) && fits(key));
        return (
          found.length > 0 && (
            <fieldset key={title} class="tk-chooser-group" aria-label={title}>
              <legend>{title}</legend>
              {found.slice(0, MOST).map(key => (
                <label key={key} class="tk-pick-item" title={key}>
                  <input type="checkbox" checked={false} onChange={() => toggle(key, true)} />
                  <span class="tk-cut">{columnOf(key).title}</span>
                </label>
              ))}
              {found.length > MOST && <p class="tk-nothing">{found.length - MOST} more: find them by name.</p>}
            </fieldset>
          )
        );
      })}
    </div>
  );
}
