module.exports = {
  // What several views share is one file of the Lab, however small: not a copy inside each of them.
  // The ids of all files and modules are in what the Lab loads at its start: numbers from one on.
  optimization: { splitChunks: { minSize: 2000 }, chunkIds: 'natural', moduleIds: 'natural' },
  // So are their names: short ones. With a `v` the server lets them be kept.
  output: { chunkFilename: '[name].[contenthash:6].js?v=1' },
};
