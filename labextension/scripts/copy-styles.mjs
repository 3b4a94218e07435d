// Puts the style sheets, minified, beside the compiled modules, where the bundler of the labextension finds them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';

for (const name of readdirSync('src', { recursive: true })) {
  if (name.endsWith('.css')) {
    const { code } = transformSync(readFileSync(join('src', name), 'utf8'), { loader: 'css', minify: true });
    mkdirSync(dirname(join('lib', name)), { recursive: true });
    writeFileSync(join('lib', name), code);
  }
}
