// Builds the code of the embed page: one script and one style sheet beside it.
import { build } from 'esbuild';

await build({
  entryPoints: { embed: 'src/embed/index.ts' },
  outdir: '../trackkit_jupyter/static',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: process.argv.includes('--minify'),
  legalComments: 'none',
  logLevel: 'info',
});
