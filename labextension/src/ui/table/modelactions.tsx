// What may be done with a model of the table, and when.

import type { Question } from '../views/actiondialogs';
import { ACTIONS, type Action, type ActionName } from '../views/rules';

const OF_MODELS: readonly ActionName[] = [
  ...(['full', 'compact', 'rename', 'describe', 'move', 'tag', 'publish'] as const),
  ...(['archive', 'unarchive', 'delete', 'copy_id'] as const),
];

const REFUSALS: Partial<Record<ActionName, Action['refusal']>> = {
  publish: ({ status }) => (status === 'published' ? 'It is published already.' : null),
  delete: ({ status, archived }) =>
    archived || status === 'draft' ? null : 'Only a draft or an archived model is deleted: archive it first.',
};

export const MODEL_ACTIONS: readonly Action[] = ACTIONS.filter(({ name }) => OF_MODELS.includes(name)).map(action => ({
  ...action,
  refusal: REFUSALS[action.name] ?? action.refusal,
}));

export const MODEL_QUESTIONS: Partial<Record<ActionName, Question>> = {
  publish: {
    title: 'Publish',
    verb: 'Publish',
    text: record => (
      <>
        <bdi>{record.name}</bdi> is locked for good: only its metadata can be edited from then on. Name, project, tags
        and archive can be changed too.
      </>
    ),
    send: (source, id) => source.edit('publish', { id }),
  },
  delete: {
    title: 'Delete',
    verb: 'Delete',
    danger: true,
    text: record => (
      <>
        <bdi>{record.name}</bdi> is deleted for good, with its weights, labels and curves.
      </>
    ),
    send: (source, id) => source.edit('delete', { id }),
  },
};
