// Names and values, one pair a row.

import type { ComponentChildren } from 'preact';
import { CopyButton } from './copy';
import '../styles/facts.css';

export interface Fact {
  name: string;
  /** What is shown; null when it was not recorded. */
  value: ComponentChildren;
  /** What is copied, where a copy makes sense. */
  copy?: string | null;
}

export function Facts({ facts, label }: { facts: Fact[]; label: string }) {
  return (
    <dl class="tk-facts" aria-label={label}>
      {facts.map(({ name, value, copy }) => (
        <div key={name} class="tk-fact">
          <dt>{name}</dt>
          <dd>
            <span class="tk-fact-value">{value ?? <span class="tk-faint">Not recorded</span>}</span>
            {copy && <CopyButton text={copy} label={`Copy ${name.toLowerCase()}`} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="tk-section" aria-label={title}>
      <div class="tk-section-head">
        <h3>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
