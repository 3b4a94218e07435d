// The menu of what can be done with an experiment, and its doing: the same for the button, the commands and the context menu.

import { type Signal, signal, useComputed, useSignal } from '@preact/signals';
import { EllipsisVertical, type IconNode, Maximize2, PanelRight } from 'lucide';
import { useEffect } from 'preact/hooks';
import { Button } from '../parts/icon';
import { MenuButton } from '../parts/menu';
import type { ExperimentAnswer } from '../protocol';
import type { Source } from '../source';
import { useStanding } from '../standing';
import { useDoing } from './doing';
import { ACTIONS, type Actionable, type ActionName } from './rules';

/** The icons of the menu come when it is first opened. */
const icons = signal<Partial<Record<ActionName, IconNode>>>({});

async function fetchIcons(): Promise<void> {
  icons.value = (await import('./actionicons')).ICONS;
}

interface ActionsProps {
  source: Source;
  record: ExperimentAnswer;
  /** Whether the menu of tags is open. */
  adding: Signal<boolean>;
  /** Told when the experiment was changed from here. */
  onChanged: () => void;
}

export function Actions({ source, record, adding, onChanged }: ActionsProps) {
  const { mode, switchTo, ownButton, root, host, viewOf } = useStanding();
  const latest = useSignal(record);
  latest.value = record;
  const { id } = record;
  const desk = host?.desk;
  const what = useComputed<Actionable>(() => {
    const { status, archived } = latest.value;
    return { status, archived, mode: mode.value, table: desk !== undefined };
  });
  const { run, window } = useDoing({
    source,
    subject: () => ({ ...what.peek(), id }),
    record: () => Promise.resolve(latest.peek()),
    own: {
      full: () => switchTo('full'),
      compact: () => switchTo('compact'),
      table: () => {
        const view = viewOf(id, record.name);
        if (desk && view) {
          desk.table(view.store, { opened: id });
        }
      },
      tag: () => {
        adding.value = true;
      },
    },
    onChanged,
  });
  useEffect(() => {
    const here = new AbortController();
    if (root && host) {
      host.offer({ root, what: () => what.peek(), run }, here.signal);
    }
    return () => here.abort();
  }, [root, host, id]);
  useEffect(() => host?.named(record.name), [host, record.name]);

  const now = what.value;
  const items = ACTIONS.filter(action => action.shown(now)).map(action => ({
    name: action.name,
    label: action.label,
    icon: icons.value[action.name] ?? [],
    group: action.group,
    danger: action.danger,
    refusal: action.refusal(now),
    run: () => run(action.name),
  }));
  return (
    <>
      {!ownButton && now.mode === 'compact' && (
        <Button label="Full screen" icon={Maximize2} onClick={() => switchTo('full')} />
      )}
      {!ownButton && now.mode === 'full' && (
        <Button label="Info panel" icon={PanelRight} shortcut={host ? '' : 'Esc'} onClick={() => switchTo('compact')} />
      )}
      <MenuButton
        label="Actions"
        icon={EllipsisVertical}
        items={items}
        onOpen={() => void fetchIcons().catch(() => undefined)}
      />
      {window}
    </>
  );
}
