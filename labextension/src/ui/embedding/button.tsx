// The button "Copy embed code" of what has no row of controls.

import { CodeXml } from 'lucide';
import { Button } from '../parts/icon';
import type { Source } from '../source';
import { type Part, useEmbedding } from './embedding';

export function EmbedButton({ source, part }: { source: Source; part: Part }) {
  const embed = useEmbedding(source);
  return <Button label="Copy embed code" icon={CodeXml} onClick={() => embed(part)} />;
}
