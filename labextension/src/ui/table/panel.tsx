// What is opened from the table, beside it or in full: an experiment or a model with all its tabs.

import { computed } from '@preact/signals';
import { Maximize2, Minimize2, X } from 'lucide';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Button } from '../parts/icon';
import { lazy } from '../parts/lazy';
import type { Source } from '../source';
import { type Standing, StandingProvider, useStanding } from '../standing';
import type { TableState } from './state';

const ExperimentView = lazy(async () => {
  const [{ ExperimentView }] = await Promise.all([import('../views/experiment'), import('../views/scalars')]);
  return ExperimentView;
});
const ModelView = lazy(async () => (await import('../views/model')).ModelView);

interface PanelProps {
  source: Source;
  state: TableState;
  onClose: () => void;
  /** From the full screen back to the table. */
  onBack: () => void;
}

export function Panel({ source, state, onClose, onBack }: PanelProps) {
  const tab = useRef<string | undefined>(undefined);
  const outer = useStanding();
  // The menu of what is opened leads to the other mode too, as the button above it does.
  const standing = useMemo<Standing>(
    () => ({
      ...outer,
      mode: computed(() => (state.full.value ? 'full' : 'compact')),
      switchTo: wanted => {
        state.full.value = wanted === 'full';
      },
      ownButton: true,
    }),
    [outer, state],
  );
  const row = state.opened.value;
  const full = state.full.value;
  const aside = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (full) {
      aside.current?.focus({ preventScroll: true }); // the table that had the keyboard is hidden
    }
  }, [full]);
  if (!row) {
    return null;
  }
  const Shown = state.kind.type === 'model' ? ModelView : ExperimentView;
  return (
    <aside
      ref={aside}
      tabIndex={-1}
      class="tk-experiments-panel"
      aria-label="Info panel"
      onKeyDown={event => {
        const inside = (event.target as HTMLElement).closest(
          'dialog, input, textarea, [popover]:popover-open .tk-window',
        );
        if (event.key === 'Escape' && !event.defaultPrevented && !inside) {
          event.stopPropagation();
          (full ? onBack : onClose)();
        }
      }}
    >
      <div class="tk-experiments-panel-bar">
        <Button
          label={full ? `View in ${state.kind.many} table` : 'View in full screen'}
          icon={full ? Minimize2 : Maximize2}
          shortcut={full ? 'Esc' : 'Enter'}
          onClick={() => {
            if (full) {
              onBack();
            } else {
              state.full.value = true;
            }
          }}
        />
        <Button label="Close" icon={X} shortcut="Esc" onClick={onClose} />
      </div>
      <StandingProvider value={standing}>
        <Shown
          key={row.id}
          source={source}
          id={row.id}
          options={tab.current ? { tab: tab.current } : {}}
          onOptions={patch => {
            tab.current = patch.tab ?? tab.current;
          }}
        />
      </StandingProvider>
    </aside>
  );
}
