// The tables of a comparison, fetched together: most of the code of either is that of both.

export { Details } from './details';
export { Values } from './values';
