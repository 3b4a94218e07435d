// Builds the code of the pages that are not the Lab: the embed page, and the pages to which a kernel sends the code. One
// set of files serves both: what a page starts with, and a file for every view that it may come to show.
import { rmSync } from 'node:fs';
import { build as bundleStyles, transform } from 'esbuild';
import { build } from 'rolldown';

const dir = '../trackkit_jupyter/static';
const small = {
  minify: process.argv.includes('--minify'),
  target: 'es2022',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'none',
};

/** A style sheet as a module that puts it into the page, so that it comes with the code that needs it. */
const stylesInside = {
  name: 'styles-inside',
  load: {
    filter: { id: /\.css$/ },
    async handler(id) {
      const { outputFiles } = await bundleStyles({ entryPoints: [id], bundle: true, minify: true, write: false });
      const text = JSON.stringify(outputFiles[0].text);
      const code = `document.head.appendChild(document.createElement('style')).textContent = ${text};`;
      return { code, moduleType: 'js', moduleSideEffects: true };
    },
  },
};

/** esbuild leaves two percent less than the bundler's own minifier. */
const minified = {
  name: 'minified',
  renderChunk: async code => ({ code: (await transform(code, small)).code, map: null }),
};

/**
 * What views share, in few files: each file costs the server and the page some milliseconds, and left alone the bundler
 * makes one for every set of views that share something, fifty for an experiment. A group takes what its modules import
 * with them, so that no file needs one that needs it.
 */
const groups = [
  // Not the entries themselves: each of them does what its page is for.
  { name: 'start', tags: ['$initial'], test: /[\\/](src[\\/]ui|node_modules)[\\/]/, priority: 4 },
  { name: 'virtual', test: /[\\/](virtual-core|parts[\\/]virtual\.ts)/, minShareCount: 2, priority: 3 },
  { name: 'charts', test: /[\\/]src[\\/]ui[\\/]charts[\\/]/, minShareCount: 5, priority: 2 },
  {
    name: 'common',
    test: /[\\/](src[\\/]ui[\\/](?!charts|table|compare)|node_modules[\\/]lucide)/,
    minShareCount: 4,
    priority: 1,
  },
];

rmSync(dir, { recursive: true, force: true }); // the names of the parts change with their content
await bundleStyles({ entryPoints: { embed: 'src/embed/page.css' }, outdir: dir, bundle: true, minify: small.minify });

const code = { transform: { target: 'es2022' }, plugins: [stylesInside, minified] };
const output = { dir, format: 'es', minify: false, hashCharacters: 'base36', entryFileNames: '[name].js' };
await build({
  ...code,
  input: { embed: 'src/embed/index.ts', widget: 'src/widget/index.ts' },
  output: { ...output, chunkFileNames: '[name]-[hash].js', codeSplitting: { groups } },
});
// An exported page has no addresses for parts: all of it is one file.
await build({ ...code, input: { page: 'src/page/index.ts' }, output: { ...output, codeSplitting: false } });
