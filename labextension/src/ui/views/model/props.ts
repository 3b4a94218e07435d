// What every tab of a model is given.

import type { LiveRead } from '../../parts/live';
import type { ModelAnswer } from '../../protocol';
import type { Source } from '../../source';

export interface ModelTabProps {
  source: Source;
  record: LiveRead<ModelAnswer>;
}

export const PUBLISHED = 'This model is published: only its metadata can be edited.';
