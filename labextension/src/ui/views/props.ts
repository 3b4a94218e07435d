// The props by which views take each other in.

import type { ReadonlySignal } from '@preact/signals';
import type { View, ViewOptions } from '../protocol';
import type { Source } from '../source';

export interface TabProps {
  source: Source;
  /** Ids of the experiments shown, in order. */
  objects: string[];
  /** Turns true while one of them is running. */
  live: ReadonlySignal<boolean>;
}

export interface ScalarsTabProps extends TabProps {
  options: ViewOptions;
  /** Told about a change a person made (smoothing, axis, grouping), so that the choice can be kept. */
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export interface PlotsTabProps extends TabProps {
  options: ViewOptions;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export interface SamplesTabProps extends TabProps {
  options: ViewOptions;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export interface ComparisonViewProps {
  source: Source;
  view: View;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}
