import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { roomsRule } from './scripts/lint/rooms.js';

/** Which rooms each room may import from. Arrows go one way; this table is the architecture. */
const mayImport = {
  symbolic: [],
  kernel: [],
  options: [],
  engine: ['options'],
  files: [],
  datasets: ['options'],
  formulas: ['symbolic'],
  models: ['options', 'engine'],
  diffusion: ['options', 'symbolic', 'formulas', 'engine'],
  training: ['options', 'files', 'symbolic', 'formulas', 'engine', 'diffusion', 'models', 'datasets'],
};
mayImport.metrics = [...mayImport.training, 'training'];
mayImport.display = [...mayImport.metrics, 'metrics'];
mayImport.course = [...mayImport.display, 'display'];
mayImport.cli = [...mayImport.course, 'course', 'kernel'];

/** Which packages each room may use. Tensors are the engine's alone. */
const packages = {
  symbolic: ['mathjs'],
  engine: [
    ...['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu'],
    ...['@tensorflow/tfjs-node-gpu', 'koffi', 'webgpu'],
  ],
  kernel: ['tslab', 'tsx', 'typescript', 'zeromq'],
  display: ['@resvg/resvg-js', 'dejavu-fonts-ttf', 'pngjs', 'temml', 'vega', 'vega-lite'],
  cli: ['tsx'],
};

const table = {
  rooms: mayImport,
  packages,
  entry: 'src/index.ts',
  outside: { cli: ['scripts/lib/'], kernel: ['package.json'] },
};

export default tseslint.config(
  { ignores: ['node_modules/', '.venv/', 'runs/', '.cache/', '**/.ipynb_checkpoints/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,mts,mjs,js}'],
    plugins: { scorebook: { rules: { rooms: roomsRule } } },
    rules: { 'scorebook/rooms': ['error', table] },
  },
  {
    files: ['src/**/*.{ts,mts,mjs}', 'test/**/*.ts', 'bench/**/*.{ts,mjs}', 'scripts/**/*.{js,mjs}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.mjs', '.js'], // without them, and a parser for them, cycles go unseen
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver': { node: { extensions: ['.ts', '.mjs', '.js'] } },
    },
    rules: {
      'import-x/no-cycle': 'error',
      eqeqeq: 'error',
      'no-empty': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
);
