// The plots of the experiments of a comparison.

import { useSignal } from '@preact/signals';
import { integer } from '../parts/format';
import { PlotsTab } from '../views/plots';
import { useCompany } from './company';

/** Figures of as many experiments as can be looked at. */
const MOST = 50;

export function Plots() {
  const { source, shown, options, keep } = useCompany();
  const live = useSignal(false);
  const objects = shown
    .filter(head => !head.problem)
    .slice(0, MOST)
    .map(head => head.id);
  return (
    <>
      {shown.length > MOST && (
        <p class="tk-compare-note" role="status">
          The plots of the first {MOST} of {integer(shown.length)} experiments are shown: brush some of them to see
          theirs.
        </p>
      )}
      <PlotsTab source={source} objects={objects} options={options} live={live} onOptions={keep} />
    </>
  );
}
