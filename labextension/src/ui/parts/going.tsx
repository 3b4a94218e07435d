// Going from one thing to another: what a link inside a view opens, and the way back.

import { computed, type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { ArrowLeft } from 'lucide';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { Button } from './icon';
import { ActiveProvider, useActive } from './live';

/** Something that has a view of its own. */
export interface Place {
  kind: 'experiment' | 'model';
  id: string;
  title: string;
}

type Go = (place: Place) => void;

const GoContext = createContext<Go>(() => undefined);

export function useGo(): Go {
  return useContext(GoContext);
}

/** The name of a thing, which leads to it. */
export function PlaceLink({ place, children }: { place: Place; children?: ComponentChildren }) {
  const go = useGo();
  const onClick = (event: MouseEvent) => {
    event.stopPropagation();
    go(place);
  };
  return (
    <button type="button" class="tk-link" title={`Open ${place.title}`} onClick={onClick}>
      {children ?? place.title}
    </button>
  );
}

interface TrailProps {
  children: ComponentChildren;
  /** Draws a place that was gone to. */
  draw: (place: Place) => ComponentChildren;
}

/** Shows what is gone to over what was there before, which stays as it was left. */
export function Trail({ children, draw }: TrailProps) {
  const trail = useSignal<readonly Place[]>([]);
  const go: Go = place => {
    trail.value = [...trail.value, place];
  };
  const back = () => {
    trail.value = trail.value.slice(0, -1);
  };
  return (
    <GoContext.Provider value={go}>
      <Level trail={trail} at={0}>
        {children}
      </Level>
      {trail.value.map((place, index) => (
        <Level key={`${index} ${place.id}`} trail={trail} at={index + 1}>
          <nav class="tk-back" aria-label="Back">
            <Button label="Back" icon={ArrowLeft} onClick={back}>
              Back
            </Button>
            <span class="tk-faint tk-cut">{trail.value[index - 1]?.title ?? ''}</span>
          </nav>
          {draw(place)}
        </Level>
      ))}
    </GoContext.Provider>
  );
}

interface LevelProps {
  trail: Signal<readonly Place[]>;
  at: number;
  children: ComponentChildren;
}

function Level({ trail, at, children }: LevelProps) {
  const outer = useActive();
  const shown: ReadonlySignal<boolean> = useMemo(() => computed(() => trail.value.length === at), [trail, at]);
  const active = useMemo(() => computed(() => outer.value && shown.value), [outer, shown]);
  return (
    <div class="tk-level" hidden={!shown.value}>
      <ActiveProvider value={active}>{children}</ActiveProvider>
    </div>
  );
}
