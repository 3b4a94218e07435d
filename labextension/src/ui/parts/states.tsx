// What a view shows when there is nothing to show: not yet, nothing at all, or not readable.

import type { ReadonlySignal } from '@preact/signals';
import { TriangleAlert, WifiOff } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { SourceError } from '../source';
import { CopyButton } from './copy';
import { Icon } from './icon';

/** One line of what would be here, and the line of code that puts it here. */
export function Empty({ children, code }: { children: ComponentChildren; code?: string }) {
  return (
    <div class="tk-empty">
      <p>{children}</p>
      {code && (
        <div class="tk-empty-code">
          <code>{code}</code>
          <CopyButton text={code} />
        </div>
      )}
    </div>
  );
}

/** A quiet line where a part of a page has nothing to tell. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="tk-nothing">{children}</p>;
}

export function Problem({ error, onRetry }: { error: SourceError | string; onRetry?: () => void }) {
  return (
    <div class="tk-problem" role="alert">
      <Icon of={TriangleAlert} />
      {/* Further lines point into the text that was asked, which is not here. */}
      <span>{(typeof error === 'string' ? error : error.message).split('\n')[0]}</span>
      {onRetry && (
        <button type="button" class="tk-button tk-problem-retry" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function ConnectionLine({ connected }: { connected: ReadonlySignal<boolean> }) {
  return (
    <div class="tk-connection" role="status">
      {!connected.value && (
        <span class="tk-connection-lost">
          <Icon of={WifiOff} size={14} />
          Connection lost, trying again
        </span>
      )}
    </div>
  );
}

/** Grey bars in the shape of rows. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div class="tk-skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="tk-skeleton-row">
          <span class="tk-bone tk-bone-name" />
          <span class="tk-bone" style={{ width: `${30 + ((row * 37) % 45)}%` }} />
        </div>
      ))}
    </div>
  );
}

export function SkeletonTiles({ tiles = 6 }: { tiles?: number }) {
  return (
    <div class="tk-skeleton tk-skeleton-tiles" aria-hidden="true">
      {Array.from({ length: tiles }, (_, tile) => (
        <span key={tile} class="tk-bone tk-bone-tile" />
      ))}
    </div>
  );
}
