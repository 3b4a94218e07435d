// Doing what can be done with an experiment: for the view of one, and for the rows of a list.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { copyText } from '../parts/copy';
import { lazy } from '../parts/lazy';
import { useToast } from '../parts/toast';
import { type Source, wordsOf } from '../source';
import { useStanding } from '../standing';
import type { Named, Question } from './actiondialogs';
import { ACTIONS, type Action, type Actionable, type ActionName } from './rules';

const ActionDialog = lazy(
  async () => (await import('./actiondialogs')).ActionDialog,
  () => null,
);

interface Doing {
  source: Source;
  /** What is meant now. */
  subject: () => (Actionable & { id: string }) | null;
  /** The record with which a window opens. */
  record: (id: string) => Promise<Named>;
  /** What can be done, if that is not what experiments allow. */
  actions?: readonly Action[];
  /** What is asked in other words than of an experiment. */
  questions?: Partial<Record<ActionName, Question>>;
  /** What is done in a way of its own here. */
  own: Partial<Record<ActionName, () => void>>;
  /** Told when the experiment was changed from here. */
  onChanged: () => void;
}

export interface Done {
  run: (name: ActionName) => void;
  /** The window that an action opened, to be drawn. */
  window: ComponentChildren;
}

export function useDoing({ source, subject, record, own, actions = ACTIONS, questions, onChanged }: Doing): Done {
  const { host, viewOf } = useStanding();
  const asking = useSignal<{ name: ActionName; record: Named } | null>(null);
  const say = useToast();
  const complain = (reason: unknown) => say({ text: wordsOf(reason), problem: true });

  const shelve = async (id: string, operation: 'archive' | 'unarchive') => {
    try {
      await source.edit(operation, { id });
      onChanged();
      const [said, back] =
        operation === 'archive' ? (['Archived', 'unarchive'] as const) : (['Unarchived', 'archive'] as const);
      say({ text: said, action: { label: 'Undo', run: () => void shelve(id, back) } });
    } catch (reason) {
      complain(reason);
    }
  };
  const run = (name: ActionName) => {
    const what = subject();
    if (!what) {
      return;
    }
    const { id } = what;
    const refusal = actions.find(action => action.name === name)?.refusal(what) ?? null;
    const here = own[name];
    if (refusal !== null) {
      say({ text: refusal, problem: true });
    } else if (here) {
      here();
    } else if (name === 'copy_id') {
      void copyText(id).then(() => say({ text: 'ID copied' }));
    } else if (name === 'archive' || name === 'unarchive') {
      void shelve(id, name);
    } else {
      record(id).then(found => {
        asking.value = { name, record: found };
      }, complain);
    }
  };
  const onDone = (name: ActionName, made: string | undefined) => {
    asking.value = null;
    onChanged();
    const view = made === undefined ? null : viewOf(made, 'Clone');
    if (name === 'clone' && made !== undefined) {
      say({
        text: 'Cloned as a draft',
        action:
          host && view
            ? { label: 'Open', run: () => host.open(view) }
            : { label: 'Copy ID', run: () => void copyText(made) },
      });
    }
  };
  const asked = asking.value;
  return {
    run,
    window: asked && (
      <ActionDialog
        key={`${asked.name} ${asked.record.id}`}
        action={asked.name}
        {...(questions ? { questions } : {})}
        source={source}
        record={asked.record}
        onDone={made => onDone(asked.name, made)}
        onClose={() => {
          asking.value = null;
        }}
      />
    ),
  };
}
