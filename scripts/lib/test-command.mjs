import { readOptions } from './options.mjs';
import { setUp } from './setup.mjs';
import { browser, linters, notebooks, onOtherNodes, unitTests } from './stages.mjs';

const usage = `npm test [-- options]

Installs what is missing, then runs the checks, the unit tests (the kernel's on other versions of Node too), every
notebook and a browser.
The last line is 'N passed, N failed'.`;

const spec = {
  long: {
    type: 'boolean',
    help: 'also what takes longer than minutes: *.long.test.ts, notebooks at full size',
  },
};

export async function main(args) {
  const options = readOptions(usage, spec, args);
  if (!options) return 0;
  const since = Date.now();
  const { warnings } = await setUp({ tests: true });
  for (const warning of warnings) console.log(`warning: ${warning}`);

  const total = { passed: 0, failed: 0 };
  const stages = [linters(), unitTests(options), ...onOtherNodes(), notebooks(options), browser(options)];
  for (const stage of stages) {
    const begun = Date.now();
    console.log(`\n── ${stage.title}`);
    const { passed, failed, notRun, whyNotRun, words } = await stage.run();
    total.passed += passed;
    total.failed += failed;
    const left = notRun ? `, ${notRun} not run (${whyNotRun})` : '';
    const verdict = words ?? `${failed ? 'FAILED' : 'ok'}: ${passed} passed, ${failed} failed${left}`;
    console.log(`── ${stage.title} ${verdict} (${Math.round((Date.now() - begun) / 1000)} s)`);
  }
  console.log(`\nall of it took ${Math.round((Date.now() - since) / 1000)} s`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}
