/** What views share, in few files, as for the pages (`scripts/build-embed.mjs`): each of them is a request. */
const shared = (test, minChunks, priority) => ({ test, minChunks, priority, chunks: 'async', enforce: true });

module.exports = {
  // The ids of all files and modules are in what the Lab loads at its start: numbers from one on.
  optimization: {
    splitChunks: {
      // What several views share is one file of the Lab, however small: not a copy inside each of them.
      minSize: 2000,
      cacheGroups: {
        charts: { ...shared(/[\\/]ui[\\/]charts[\\/]/, 5, 2), name: 'charts' },
        common: { ...shared(/[\\/]ui[\\/](?!charts|table|compare)|node_modules[\\/]lucide/, 4, 1), name: 'common' },
      },
    },
    chunkIds: 'natural',
    moduleIds: 'natural',
  },
  // So are their names: short ones. With a `v` the server lets them be kept.
  output: { chunkFilename: '[name].[contenthash:6].js?v=1' },
};
