// The code of the views as one module, for pages without our labextension; the kernel sends it once.

import '../ui/styles/index.css';

export { show } from '../ui/bound';
