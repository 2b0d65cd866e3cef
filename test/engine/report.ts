/** Prints what useBackend did, as JSON: run in processes of their own, as a native library is loaded once in each. */
import { backendReport, tf, useBackend, type BackendName } from '../../src/engine/index.ts';

const outcome: Record<string, unknown> = { warnings: 0 };
process.on('warning', (warning) => {
  if (warning.name === 'ScorebookWarning') outcome.warnings = Number(outcome.warnings) + 1;
});
try {
  const backend = process.argv[2] as BackendName | undefined;
  outcome.report = await useBackend(backend ? { backend } : {});
  outcome.again = (await useBackend()) === backendReport();
  outcome.sum = (await tf.sum(tf.tensor1d([1, 2, 3])).data())[0];
} catch (error) {
  outcome.error = (error as Error).message;
}
// Warnings are delivered on the next turn.
setImmediate(() => process.stdout.write(JSON.stringify(outcome)));
