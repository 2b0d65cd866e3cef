import { startJupyter } from './jupyter.mjs';
import { readOptions } from './options.mjs';
import { firstNotebook } from './places.mjs';
import { Problem } from './problem.mjs';
import { setUp } from './setup.mjs';

const usage = `npm start [-- options]

Installs what is missing, then opens the workbook in JupyterLab. Ctrl-C stops it.`;

const spec = {
  'no-browser': { type: 'boolean', help: 'print the address and open no browser' },
  port: { type: 'string', value: 'N', help: 'the port to use (default: the first free one from 8888)' },
  backend: {
    type: 'string',
    value: 'NAME',
    choices: ['tensorflow', 'tfjs-node', 'webgpu', 'wasm'],
    help: 'the tensor backend, instead of the best one that runs',
  },
};

function portOf(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Problem(`--port ${text}: expected a number from 1 to 65535.`, 2);
}

/** Without a screen, "a browser" would be a text browser that takes the terminal over. */
const hasScreen = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

export async function main(args) {
  const options = readOptions(usage, spec, args);
  if (!options) return 0;
  const port = portOf(options.port);
  const { warnings } = await setUp();
  for (const warning of warnings) console.error(`warning: ${warning}`);
  const open = !options['no-browser'] && hasScreen();
  const env = options.backend ? { SCOREBOOK_BACKEND: options.backend } : {};

  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.abort());
  const server = await startJupyter({ page: firstNotebook, port, open, env });
  console.log(`the workbook is open at ${server.url}\nCtrl-C stops it`);
  const asked = new Promise((resolve) => {
    if (stopped.signal.aborted) resolve('asked');
    stopped.signal.addEventListener('abort', () => resolve('asked'));
  });
  const first = await Promise.race([asked, server.ended]);
  if (first !== 'asked') throw new Problem(`JupyterLab ended by itself (exit code ${first}).`);
  await server.stop();
  console.log('\nstopped');
  return 0;
}
