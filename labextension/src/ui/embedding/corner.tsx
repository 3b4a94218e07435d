// The corner of an embedded view: the way back to where it comes from, and to the query that chooses what it shows.

import { CodeXml, ListFilter, SquareArrowOutUpRight } from 'lucide';
import { Button } from '../parts/icon';
import type { View } from '../protocol';
import type { Source } from '../source';
import { useStanding } from '../standing';
import { deskOf, hasDesk } from './desk';
import { useEmbedding } from './embedding';
import { originalOf } from './original';
import { LONGEST } from './parameters';
import { write } from './url';
import '../styles/embedding.css';

/** Charts, plots and comparisons have the control of their own. */
const CHARTED = new Set<View['kind']>(['scalars', 'plot', 'comparison']);

interface CornerProps {
  /** As it was asked for, with its query where it has one. */
  view: View;
  /** What it shows now. */
  objects: string[];
  source: Source;
}

export function Corner({ view, objects, source }: CornerProps) {
  const { host, root } = useStanding();
  const original = originalOf(view, objects);
  const address = write(original);
  // Of very many objects there is no address: the Lab shows them without.
  const page = address.length <= LONGEST ? source.pageUrl?.(new URLSearchParams(address.split('?')[1])) : undefined;
  const embed = useEmbedding(source);
  // A full tab is where it leads.
  const isThere = host?.mode === 'full' || (!host && address === write({ ...view, objects, query: null }));
  const open = () => (host ? host.open(original) : window.open(page, '_blank', 'noopener'));
  const canEdit = hasDesk() && root && view.query;
  const hasOwn = !CHARTED.has(view.kind) || view.options.type === 'parcoords';
  return (
    <nav class="tk-corner" aria-label="Embed">
      {canEdit && (
        <Button
          label="Edit query"
          icon={ListFilter}
          onClick={() => void deskOf()?.then(desk => desk.compose(view, root))}
        />
      )}
      {hasOwn && <Button label="Copy embed code" icon={CodeXml} onClick={() => embed(view)} />}
      {(host || page) && !isThere && (
        <Button label="View original resource" icon={SquareArrowOutUpRight} onClick={open} />
      )}
    </nav>
  );
}
