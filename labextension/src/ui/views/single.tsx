// Single values: one number per name, side by side for several experiments.

import { short } from '../parts/format';
import { useLive } from '../parts/live';
import { Middle } from '../parts/middle';
import { Empty, Problem, SkeletonRows } from '../parts/states';
import type { ViewOptions } from '../protocol';
import type { Source } from '../source';

interface SingleProps {
  source: Source;
  objects: string[];
  options: ViewOptions;
}

export function SingleView({ source, objects, options }: SingleProps) {
  const live = useLive(source, objects, signal => source.read('single_values', { objects }, signal), [objects.join()]);
  const answer = live.value.value;
  if (!answer) {
    return live.error.value ? <Problem error={live.error.value} /> : live.late.value ? <SkeletonRows rows={3} /> : null;
  }
  const wanted = options.metrics?.length ? new Set(options.metrics) : null;
  const names = [...new Set(answer.items.flatMap(item => Object.keys(item.values)))].filter(
    name => wanted?.has(name) ?? true,
  );
  if (names.length === 0) {
    return <Empty code='exp.log_single_value("accuracy", 0.97)'>Single values appear here.</Empty>;
  }
  return (
    <div class="tk-page tk-scroll">
      <table class="tk-table" aria-label="Single values">
        <thead>
          <tr>
            <th>Name</th>
            {answer.items.map(item => (
              <th key={item.id} class="tk-number">
                <Middle text={item.name} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map(name => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {answer.items.map(item => (
                <td key={item.id} class="tk-number" title={String(item.values[name] ?? '')}>
                  {short(item.values[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
