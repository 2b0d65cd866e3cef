import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { venv } from './places.mjs';

/** JupyterLab's defaults for this workbook: no questions about news, no look-ups on the network. */
export function writeLabSettings() {
  const folder = path.join(venv, 'share', 'jupyter', 'lab', 'settings');
  const settings = {
    '@jupyterlab/apputils-extension:notification': {
      fetchNews: 'false',
      checkForUpdates: false,
      doNotDisturbMode: true,
    },
  };
  const file = path.join(folder, 'overrides.json');
  const text = JSON.stringify(settings, null, 2) + '\n';
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
}
