// The door of every script. It is read by any Node, however old, so it keeps to syntax that all of them know:
// what needs a newer Node is imported only once the version is known to be good.
import { readFileSync } from 'node:fs';

const packageFile = new URL('../../package.json', import.meta.url);

/** The oldest Node that package.json allows, as [major, minor]. */
export function oldestNode() {
  const { engines } = JSON.parse(readFileSync(packageFile, 'utf8'));
  return engines.node
    .match(/(\d+)\.(\d+)/)
    .slice(1, 3)
    .map(Number);
}

/** What to tell someone whose Node is too old; an empty string when it is not. */
export function nodeProblem(version, [major, minor]) {
  const [haveMajor, haveMinor] = version.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return '';
  return `Scorebook needs Node ${major}.${minor} or newer and this is Node ${version}: install a current Node (nodejs.org), then run the command again.`;
}

/**
 * Imports a command module and runs its `main(args)`. A Problem is a sentence for a person and is printed alone;
 * anything else is a mistake of ours and keeps its stack.
 */
export function enter(load) {
  const tooOld = nodeProblem(process.versions.node, oldestNode());
  if (tooOld) {
    console.error(tooOld);
    process.exitCode = 1;
    return;
  }
  load()
    .then((command) => command.main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    })
    .catch(tell);
}

/** A problem of the machine (a full disk, a folder that may not be written) is said in a sentence as well. */
function tell(error) {
  process.exitCode = error.exitCode || 1;
  if (error.isProblem) return console.error(error.message);
  return import('./problem.mjs').then(({ causeOf }) => {
    const why = error.code && error.path && causeOf(error.code);
    console.error(why ? `${error.path} cannot be written: ${why}` : error);
  });
}
