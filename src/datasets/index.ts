export { imageSet, type ImageSet } from './images.ts';
export { mnist, mnistChecksums, type MnistOptions, type Splits } from './mnist.ts';
