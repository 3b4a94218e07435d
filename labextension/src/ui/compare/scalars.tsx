// The curves of a comparison, laid over one another, or drawn as groups with a band.

import { useMemo } from 'preact/hooks';
import { Curves } from '../charts/curves';
import type { Many } from '../charts/reader';
import { integer } from '../parts/format';
import { Nothing } from '../parts/states';
import type { ViewOptions } from '../protocol';
import { textsOf, useCompany } from './company';
import { Groups } from './groups';

/** More experiments are drawn when they are grouped. */
const MOST = 100;
export function Scalars() {
  const { source, heads, shown, groups, answer, options, keep, lit } = useCompany();
  const by = textsOf(options.by);
  const over = textsOf(options.over);
  const grouped = by.length > 0 || over.length > 0;
  const drawn = grouped ? shown : shown.slice(0, MOST);
  const objects = drawn.filter(head => !head.problem).map(head => head.id);
  // The same as long as it says the same: with another, all curves are read anew.
  const known = JSON.stringify([
    answer.metrics.map(([metric, variant]) => [metric, variant]),
    grouped
      ? (groups.length > 1 ? groups : []).map(group => [group.id, group.color])
      : heads.map(head => [head.id, head.color]),
  ]);
  const many = useMemo((): Many => {
    const [names, colors] = JSON.parse(known) as [[string, string][], [string, number][]];
    return { names, colors: new Map(colors) };
  }, [known]);
  const shownOptions = useMemo((): ViewOptions => options, [JSON.stringify({ ...options, scrolled: null })]);
  if (objects.length === 0) {
    return <Nothing>No experiment is left: clear the brushes of the parallel coordinates.</Nothing>;
  }
  return (
    <Curves
      key={grouped ? 'grouped' : 'single'}
      source={source}
      objects={objects}
      options={shownOptions}
      onOptions={keep}
      many={many}
      lit={lit}
    >
      <Groups what="line" />
      {drawn.length < shown.length && (
        <p class="tk-compare-note" role="status">
          The first {integer(MOST)} of {integer(shown.length)} experiments are drawn: group them, or brush some of them.
        </p>
      )}
    </Curves>
  );
}
