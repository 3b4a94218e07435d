module.exports = {
  // What several views share is one file of the Lab, however small: not a copy inside each of them.
  optimization: { splitChunks: { minSize: 2000 } },
  // The names of all files are in what the Lab loads at its start: short ones. With a `v` the server lets them be kept.
  output: { chunkFilename: '[name].[contenthash:8].js?v=1' },
};
