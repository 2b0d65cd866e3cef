/** Where the ranks of `scorebook train --cluster FILE` are. */
import { readFileSync } from 'node:fs';
import { UsageError } from './options.ts';

const ADDRESS = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/;

/**
 * Reads `host:port` of every rank, one a line, rank 0 first; empty lines and what follows a # are left out.
 * @throws UsageError naming the line
 */
export function readCluster(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--cluster: ${file} cannot be read: ${(error as Error).message}`);
  }
  const addresses: string[] = [];
  text.split('\n').forEach((line, i) => {
    const address = line.replace(/#.*/, '').trim();
    if (address === '') return;
    const port = Number(ADDRESS.exec(address)?.[1] ?? 0);
    if (port < 1 || port > 65535)
      throw new UsageError(`${file}, line ${i + 1}: ${JSON.stringify(address)}, expected host:port`);
    if (addresses.includes(address))
      throw new UsageError(`${file}, line ${i + 1}: ${address} stands there twice; every rank needs its own`);
    addresses.push(address);
  });
  if (addresses.length === 0)
    throw new UsageError(`${file}: no addresses, expected host:port of every rank, one a line`);
  return addresses;
}
