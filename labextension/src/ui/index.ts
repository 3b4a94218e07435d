// The views, written once: what every door imports.

import './styles/index.css';

export { follow, type Model, type Slot, show } from './bound';
export { commSource, type Door } from './comm';
export const composer = () => import('./embedding/editor');
export { mount } from './mount';
export { copyText } from './parts/copy';
export type { View } from './protocol';
export { HttpSource, type Request, type Source, SourceError, sharedSource } from './source';
export type { Desk, Host, Mode, Offered } from './standing';

/** Ask for what a new report is called; its code comes with the first. */
export const askNewReport: typeof import('./newreport').askNewReport = async asked =>
  (await import('./newreport')).askNewReport(asked);
