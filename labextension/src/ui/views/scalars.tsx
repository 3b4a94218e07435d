// The Scalars tab: single values in a small table, and the curves.

import { Curves } from '../charts/curves';
import { EmbedButton } from '../embedding/button';
import { short } from '../parts/format';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';
import type { ScalarsTabProps } from './props';

/** Single values change seldom: they are not read with every point. */
const SINGLE_MS = 1_000;

export function ScalarsTab({ source, objects, options, onOptions }: ScalarsTabProps) {
  return (
    <div class="tk-scalars">
      <Curves source={source} objects={objects} options={options} onOptions={onOptions}>
        <Summary source={source} objects={objects} options={options} />
      </Curves>
    </div>
  );
}

/** Of one experiment so many single values stand above one another; more stand beside them, and the curves in sight. */
const ROWS = 6;

function partsOf(names: string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(names.length / size) }, (_, at) => names.slice(at * size, (at + 1) * size));
}

/** Single values; nothing where there are none, or where the view asks for certain metrics. */
function Summary({ source, objects, options }: { source: Source; objects: string[]; options: ViewOptions }) {
  const live = useLive(
    source,
    objects,
    signal => source.read('single_values', { objects }, signal),
    [objects.join()],
    SINGLE_MS,
  );
  const items = live.value.value?.items ?? [];
  const names = [...new Set(items.flatMap(item => Object.keys(item.values)))];
  if (names.length === 0 || options.metrics?.length) {
    return null;
  }
  return (
    <section class="tk-summary" aria-label="Summary">
      <div class="tk-summary-head">
        <h3 class="tk-summary-title">Summary</h3>
        <EmbedButton source={source} part={{ kind: 'single', objects, options: {} }} />
      </div>
      <div class="tk-summary-tables tk-compare-scroll">
        {partsOf(names, items.length === 1 ? ROWS : names.length).map(part => (
          <table key={part[0]} class="tk-table tk-summary-table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                {items.map(item => (
                  <th key={item.id} scope="col" class="tk-number">
                    {items.length === 1 ? 'Value' : <Middle text={item.name} />}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {part.map(name => (
                <tr key={name}>
                  <th scope="row">
                    <Middle text={name} />
                  </th>
                  {items.map(item => (
                    <td key={item.id} class="tk-number" title={String(item.values[name] ?? '')}>
                      {short(item.values[name])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </section>
  );
}
