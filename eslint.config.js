import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Which rooms each room may import from. Arrows go one way; this table is the architecture. */
const mayImport = {
  symbolic: [],
  kernel: [],
  engine: [],
  datasets: [],
  formulas: ['symbolic'],
  models: ['engine'],
  diffusion: ['symbolic', 'formulas', 'engine'],
  training: ['symbolic', 'formulas', 'engine', 'diffusion', 'models', 'datasets'],
};
mayImport.metrics = [...mayImport.training, 'training'];
mayImport.display = [...mayImport.metrics, 'metrics'];
mayImport.course = [...mayImport.display, 'display'];
mayImport.cli = [...mayImport.course, 'course', 'kernel'];

const rooms = Object.keys(mayImport);
const zones = rooms.map((room) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, ...mayImport[room]].map((name) => `./${name}`),
  message: `${room} may import only: ${mayImport[room].join(', ') || 'no other room'} (see CONTRIBUTING.md, "Rooms").`,
}));

const tensorPackages = ['@tensorflow/*', 'koffi'];
const noTensors = {
  files: ['src/symbolic/**', 'src/formulas/**', 'src/kernel/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group: tensorPackages, message: 'This room never imports tensors.' }] },
    ],
  },
};

export default tseslint.config(
  { ignores: ['node_modules/', '.venv/', 'runs/', '.cache/', '**/.ipynb_checkpoints/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.mjs', '.js'] } } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      eqeqeq: 'error',
      'no-empty': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  noTensors,
);
