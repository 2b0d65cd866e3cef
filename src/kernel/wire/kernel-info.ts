import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { protocolVersion } from './message.ts';

const require = createRequire(import.meta.url);

function versionOf(packageFile: string): string {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

/** The content of kernel_info_reply. */
export function kernelInfo(): object {
  const typescript = versionOf(require.resolve('typescript/package.json'));
  const implementation = versionOf(require.resolve('../../../package.json'));
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'scorebook',
    implementation_version: implementation,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'application/typescript',
      file_extension: '.ts',
      codemirror_mode: 'typescript',
      pygments_lexer: 'typescript',
      nbconvert_exporter: 'script',
    },
    banner: `TypeScript ${typescript} on Node ${process.version}`,
    help_links: [
      { text: 'TypeScript handbook', url: 'https://www.typescriptlang.org/docs/handbook/' },
      { text: 'Node.js', url: 'https://nodejs.org/api/' },
    ],
    supported_features: [],
    debugger: false,
  };
}
