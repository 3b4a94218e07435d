// A view whose code is fetched when it is first seen: until then a quiet skeleton; where it cannot come, a line says so.

import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType, FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { LATE_MS } from './live';
import { Problem, SkeletonRows } from './states';

const MISSING =
  'The code of this view did not come: nobody answers now, or trackkit_jupyter was upgraded since this page was opened. ' +
  'Try again, or save your work and reload the page.';

/** The component that `load` brings; once it is there, it is drawn at once wherever it is used. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  waiting: () => ComponentChildren = () => <SkeletonRows />,
): FunctionComponent<P> {
  const loaded = signal<{ View: ComponentType<P> } | null>(null);
  const failed = signal(false);
  let loading = false;

  async function fetchCode(): Promise<void> {
    if (loading || loaded.peek()) {
      return;
    }
    loading = true;
    failed.value = false;
    try {
      loaded.value = { View: await load() };
    } catch {
      failed.value = true;
    }
    loading = false;
  }

  return function Lazy(props: P) {
    useEffect(() => void fetchCode(), []);
    if (loaded.value) {
      const { View } = loaded.value;
      return <View {...props} />;
    }
    return failed.value ? <Problem error={MISSING} onRetry={() => void fetchCode()} /> : <Late>{waiting()}</Late>;
  };
}

function Late({ children }: { children: ComponentChildren }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, []);
  return late ? children : null;
}
