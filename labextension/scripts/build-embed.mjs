// Builds the code of the pages that are not the Lab: the embed page, and the pages to which a kernel sends the code. One
// set of files serves both: what a page starts with, and a file for every view that it may come to show.
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
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

/**
 * Icons by their own modules: named by the one that has them all, every icon of any view would be in what all views share,
 * and so in what a page starts with.
 */
const iconsApart = {
  name: 'icons-apart',
  setup({ onLoad }) {
    const folder = resolve('node_modules/lucide/dist/esm');
    const modules = new Map();
    for (const [, names, file] of readFileSync(`${folder}/lucide.mjs`, 'utf8').matchAll(
      /export \{([^}]+)\} from '(.+)'/g,
    )) {
      for (const [, name] of names.matchAll(/default as (\w+)/g)) {
        modules.set(name, `${folder}/${file}`);
      }
    }
    const apart = (whole, names) => {
      const wanted = names.split(',').map(name => name.trim().split(' as '));
      const lines = wanted.filter(([name]) => modules.has(name));
      return (
        lines.map(([name, own = name]) => `import ${own} from ${JSON.stringify(modules.get(name))};`).join('') || whole
      );
    };
    onLoad({ filter: /src\/ui\/.*\.tsx?$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(/import \{([^}]+)\} from 'lucide';/g, apart);
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

rmSync(outdir, { recursive: true, force: true }); // the names of the parts change with their content
await build({ ...common, outdir, entryPoints: { embed: 'src/embed/page.css' } });
const code = {
  ...common,
  outdir,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  charset: 'utf8',
  plugins: [stylesInside, iconsApart],
};
await build({
  ...code,
  entryPoints: { embed: 'src/embed/index.ts', widget: 'src/widget/index.ts' },
  splitting: true,
  chunkNames: '[name]-[hash]',
});
// An exported page has no addresses for parts: all of it is one file.
await build({ ...code, entryPoints: { page: 'src/page/index.ts' } });
