// What is drawn over the axes of hyperparameters and metrics, fetched together: the axes are the same.

export { Parallel, ParallelAlone } from './parallel';
export { Scatter } from './scatter';
