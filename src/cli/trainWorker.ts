/** One of the processes of `scorebook train --workers`. */
import { report } from './failure.ts';
import { trainDigits, type Place } from './trainDigits.ts';
import type { TrainValues } from './train.ts';

export interface Orders {
  readonly values: TrainValues;
  readonly place: Place;
}

const orders = new Promise<Orders>((done) => process.once('message', (message) => done(message as Orders)));
// Nobody is left to stop this process, or to see what it does.
process.on('disconnect', () => process.exit(1));
process.send!('ready');

const { values, place } = await orders;
try {
  process.exitCode = await trainDigits(values, place);
} catch (error) {
  process.exitCode = report(`scorebook train: rank ${place.rank}`, error);
}
process.removeAllListeners('disconnect');
process.disconnect();
