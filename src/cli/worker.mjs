// Entry of a process that `scorebook train --workers` starts. It gets its orders over the channel to its parent.
import { register } from 'tsx/esm/api';

register();
await import('./trainWorker.ts');
