// The tabs that show and edit what a model's record holds: fetched together.

export { LineageTab } from './lineage';
export { NetworkTab } from './network';
export { LabelsTab, MetadataTab } from './tables';
