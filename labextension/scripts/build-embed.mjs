// Builds what is not of the labextension: the code of the embed page, one script and one style sheet beside it; and the
// code of the widgets, one module that brings its style sheet along, for the kernel to send.
import { build } from 'esbuild';

const common = {
  outdir: '../trackkit_jupyter/static',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: process.argv.includes('--minify'),
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'info',
};

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

await build({ ...common, entryPoints: { embed: 'src/embed/index.ts' } });
await build({ ...common, entryPoints: { widget: 'src/widget/index.ts' }, plugins: [stylesInside] });
