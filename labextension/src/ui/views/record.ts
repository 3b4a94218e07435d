// The tabs that show the record of an experiment: small, and fetched together.

export { ArtifactsTab } from './artifacts';
export { ConfigurationTab } from './configuration';
export { ExecutionTab } from './execution';
export { InfoTab } from './info';
