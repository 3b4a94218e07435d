// Copies the style sheets beside the compiled modules, where the bundler of the labextension finds them.
import { cpSync } from 'node:fs';

cpSync('src', 'lib', { recursive: true, filter: path => !/\.[^./\\]+$/.test(path) || path.endsWith('.css') });
