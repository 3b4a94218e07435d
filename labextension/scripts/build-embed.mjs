// Builds the code of the pages that are not the Lab: the embed page, and the pages to which a kernel sends the code. One
// set of files serves both: what a page starts with, and a file for every view that it may come to show.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const outdir = '../trackkit_jupyter/static';
const common = { bundle: true, minify: process.argv.includes('--minify'), logLevel: 'info' };

/** A style sheet as a module that puts it into the page, so that it comes with the code that needs it. */
const stylesInside = {
  name: 'styles-inside',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ entryPoints: [path], bundle: true, minify: true, write: false });
      const text = JSON.stringify(outputFiles[0].text);
      const contents = `document.head.appendChild(document.createElement('style')).textContent = ${text};`;
      return { contents, loader: 'js' };
    });
  },
};

rmSync(outdir, { recursive: true, force: true }); // the names of the parts change with their content
await build({ ...common, outdir, entryPoints: { embed: 'src/embed/page.css' } });
await build({
  ...common,
  outdir,
  entryPoints: { embed: 'src/embed/index.ts', widget: 'src/widget/index.ts' },
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  charset: 'utf8',
  plugins: [stylesInside],
});
