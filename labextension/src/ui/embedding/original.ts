// Where what an embed shows stands originally: the tab of its one object, or the comparison of its several.

import type { View, ViewKind } from '../protocol';

const TABS: Partial<Record<ViewKind, string>> = {
  scalars: 'scalars',
  single: 'scalars',
  plot: 'plots',
  samples: 'samples',
};

export function originalOf(view: View, objects: string[]): View {
  const { kind, options } = view;
  const isModel = options.object_type === 'model';
  const whole = { ...view, objects, query: null };
  const tab = TABS[kind];
  if (objects.length === 1) {
    return { ...whole, kind: isModel ? 'model' : 'experiment', options: tab ? { tab } : {} };
  }
  const { width: _, height: __, theme: ___, scrolled: ____, ...chosen } = options;
  if (isModel) {
    return { ...whole, kind, options: chosen };
  }
  return { ...whole, kind: 'comparison', options: tab ? { ...chosen, tab } : chosen };
}
