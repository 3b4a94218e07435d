// The icons of trackkit in the Lab: its own, a curve on its axes, and those of what there is, from lucide.

import { LabIcon } from '@jupyterlab/ui-components';

function drawn(name: string, shapes: string): LabIcon {
  return new LabIcon({
    name: `trackkit:${name}`,
    svgstr:
      '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke-width="2" ' +
      `stroke-linecap="round" stroke-linejoin="round"><g class="jp-icon3" stroke="currentColor">${shapes}</g></svg>`,
  });
}

export const icon = drawn(
  'icon',
  '<path d="M3 3v16a2 2 0 0 0 2 2h16"/><path d="M7 8c1 6 3.500 9 7 9 2.500 0 4.500-.3 6-.8"/><circle cx="17.500" cy="7" r="2.500"/>',
);
/** A flask: experiments. */
export const experiments = drawn(
  'experiments',
  '<path d="M14 2v6a2 2 0 0 0 .245.96l5.51 10.08A2 2 0 0 1 18 22H6a2 2 0 0 1-1.755-2.96l5.51-10.08A2 2 0 0 0 10 8V2' +
    'M6.453 15h11.094M8.5 2h7"/>',
);
/** A box: models. */
export const models = drawn(
  'models',
  '<path d="M21 8a2 2 0 0 0-1-1.73l-7-4a2 2 0 0 0-2 0l-7 4A2 2 0 0 0 3 8v8a2 2 0 0 0 1 1.73l7 4a2 2 0 0 0 2 0l7-4A2 2 0 0 0 21 16Z' +
    'M3.3 7l8.7 5 8.7-5M12 22V12"/>',
);
/** A sheet with a chart: reports. */
export const reports = drawn(
  'reports',
  '<path d="M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2z"/>' +
    '<path d="M14 2v5a1 1 0 0 0 1 1h5M16 13l-3.500 3.500-2-2L8 17"/>',
);
