// Removes what a build writes, so that a release never ships a file of an older one.
import { rmSync } from 'node:fs';

for (const path of ['lib', '../trackkit_jupyter/labextension', '../trackkit_jupyter/static']) {
  rmSync(path, { recursive: true, force: true });
}
