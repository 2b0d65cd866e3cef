// What the workers of cells load first: TypeScript by import and by require. `tsx` itself leaves workers to the main thread.
import { register as registerRequire } from 'tsx/cjs/api';
import { register as registerImport } from 'tsx/esm/api';

registerRequire();
registerImport();
