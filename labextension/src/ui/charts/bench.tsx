// Tools and plots together: docked at the left where there is room, else behind a gear above the plots.

import { useSignal } from '@preact/signals';
import { Settings } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/icon';
import { useStanding } from '../standing';
import { ToolsPanel } from './tools';
import '../styles/charts.css';

/** From which width on the tools are docked; an info panel keeps them behind the gear. */
const DOCKED = { compact: Number.POSITIVE_INFINITY, full: 560, alone: 900 };

interface BenchProps {
  tools: ComponentChildren;
  /** False where a view shows what was asked for: the tools stay behind the gear. */
  dock?: boolean;
  /** Stands at the right of the gear, where the tools are folded. */
  summary?: string;
  children: ComponentChildren;
}

export function Bench({ tools, dock = true, summary, children }: BenchProps) {
  const root = useRef<HTMLDivElement>(null);
  const { mode } = useStanding();
  const least = DOCKED[mode.value ?? 'alone'];
  const docked = useSignal<boolean | null>(null);
  const open = useSignal(false);
  useLayoutEffect(() => {
    const element = root.current as HTMLDivElement;
    const take = () => {
      if (element.clientWidth > 0) {
        docked.value = dock && element.clientWidth >= least;
      }
    };
    take();
    const sizes = new ResizeObserver(take);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [least]);
  const toggle = () => {
    open.value = !open.value;
  };
  return (
    <div ref={root} class={docked.value ? 'tk-bench tk-docked' : 'tk-bench'}>
      {docked.value === false && (
        <div class="tk-bench-head">
          <Button label="Settings" icon={Settings} expanded={open.value} onClick={toggle} />
          <span class="tk-bench-summary">{summary}</span>
        </div>
      )}
      {(docked.value || (docked.value === false && open.value)) && <ToolsPanel>{tools}</ToolsPanel>}
      <div class="tk-bench-plots">{children}</div>
    </div>
  );
}
