// What the table is of: experiments or models, what each is called and which fields it has.

import type { ObjectType, Status } from '../protocol';

export interface Kind {
  type: ObjectType;
  one: string;
  many: string;
  title: string;
  /** The fields that are its own, as the query grammar names them. */
  fields: readonly string[];
  /** The columns shown until a person chooses. */
  usual: readonly string[];
  statuses: readonly Status[];
  /** The code that fills an empty table. */
  start: string;
  placeholder: string;
  /** So many are compared at most. */
  compared: number;
}

const COMMON = ['name', 'status', 'project', 'tags', 'last_update', 'user', 'created', 'description', 'id'];

const EXPERIMENTS: Kind = {
  type: 'experiment',
  one: 'experiment',
  many: 'experiments',
  title: 'Experiments',
  fields: [...COMMON, 'started', 'finished', 'last_iteration', 'cell'],
  usual: ['name', 'status', 'project', 'tags', 'started', 'last_update', 'user', 'last_iteration'],
  statuses: ['running', 'completed', 'failed', 'aborted', 'queued', 'draft', 'published'],
  start: 'with track.start("baseline") as exp:\n    exp.log({"loss": 0.5})',
  placeholder: 'Search, or a query: metrics["loss/val"].min < 0.1',
  compared: 1_000,
};

const MODELS: Kind = {
  type: 'model',
  one: 'model',
  many: 'models',
  title: 'Models',
  fields: [...COMMON, 'version', 'aliases', 'framework', 'experiment', 'size'],
  usual: [
    'name',
    'version',
    'status',
    'framework',
    'project',
    'tags',
    'aliases',
    'experiment',
    'created',
    'last_update',
  ],
  statuses: ['draft', 'published'],
  start: 'model = exp.save_model("net", "net.pt")',
  placeholder: 'Search, or a query: framework == "pytorch" and status == "published"',
  compared: 20,
};

export function kindOf(type: unknown): Kind {
  return type === 'model' ? MODELS : EXPERIMENTS;
}
