/** Saves the network of unet.safetensors anew, for check_checkpoint.py: npx tsx test/reference/save_checkpoint.ts FOLDER */
import { fileURLToPath } from 'node:url';
import { unet } from '../../src/models/index.ts';
import { readSafetensors, saveForDiffusers } from '../../src/training/index.ts';
import { fromFileTensors } from '../../src/training/layout.ts';

const file = fileURLToPath(new URL('./unet.safetensors', import.meta.url));
const model = unet({ size: 12, widths: [4, 8, 8], groups: 4 });
const { tensors } = await readSafetensors(file);
await saveForDiffusers(process.argv[2], model, fromFileTensors(model, tensors, file));
