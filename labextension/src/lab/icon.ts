// The icon of trackkit: a curve on its axes.

import { LabIcon } from '@jupyterlab/ui-components';

export const icon = new LabIcon({
  name: 'trackkit:icon',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke-width="2" ' +
    'stroke-linecap="round" stroke-linejoin="round"><g class="jp-icon3" stroke="currentColor"><path d="M3 3v16a2 2 0 0 0 2 2h16"/>' +
    '<path d="M7 8c1 6 3.500 9 7 9 2.500 0 4.500-.3 6-.8"/><circle cx="17.500" cy="7" r="2.500"/></g></svg>',
});
