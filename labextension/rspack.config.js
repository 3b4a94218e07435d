// What several views share is one file of the Lab, however small: not a copy inside each of them.
module.exports = { optimization: { splitChunks: { minSize: 2000 } } };
