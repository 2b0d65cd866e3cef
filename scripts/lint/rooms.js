// The lint rule that holds the rooms of src/ apart. It looks at every way of naming a module: imports, re-exports,
// import() calls, require() calls and import('…') types.
import path from 'node:path';
import { isBuiltin } from 'node:module';

const isRelative = (name) => name.startsWith('./') || name.startsWith('../');
const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** Which room a path (relative to the root) lies in; '' for src/ itself, undefined outside of it. */
function roomOf(file) {
  const [top, ...inside] = file.split(path.sep);
  if (top !== 'src') return undefined;
  return inside.length > 1 ? inside[0] : '';
}

/** A module named by what it is called from outside: `scorebook/engine` is src/engine/index.ts. */
function ownModule(name) {
  const room = name === 'scorebook' ? '' : name.slice('scorebook/'.length);
  return path.join('src', room, 'index.ts');
}

/** The file that a specifier means, relative to the root; undefined for an installed package. */
function target(name, file) {
  if (isRelative(name)) return path.join(path.dirname(file), name);
  return packageOf(name) === 'scorebook' ? ownModule(name) : undefined;
}

/** Why `file` may not import `name`; an empty string when it may. */
function problem(file, name, { rooms, packages, outside, entry }) {
  const room = roomOf(file);
  const listed = file === path.normalize(entry) || Object.hasOwn(rooms, room);
  const wanted = target(name, file);
  if (wanted === undefined) {
    if (isBuiltin(name) || (packages[room] ?? []).includes(packageOf(name))) return '';
    return `${room || file} may not import the package ${packageOf(name)}`;
  }
  if (room !== '' && wanted.startsWith(path.join('src', room) + path.sep)) return '';
  if (!listed) return `${room || file} is no room: give it a row in the table of eslint.config.js`;
  const other = roomOf(wanted);
  if (other === undefined)
    return (outside[room] ?? []).some((folder) => wanted.startsWith(folder))
      ? ''
      : `${wanted} is outside of src`;
  if (other === '') return `${wanted} is for notebooks: import the room itself`;
  if (room !== '' && !rooms[room].includes(other))
    return `${room} may import only: ${rooms[room].join(', ') || 'no other room'}`;
  return wanted === path.join('src', other, 'index.ts')
    ? ''
    : `${other} is entered through its index.ts only`;
}

/** The text of a string that is written out: `'a'` or `` `a` ``. */
function literal(node) {
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

const isRequire = ({ type, name, object, property }) =>
  type === 'Identifier'
    ? name === 'require'
    : type === 'MemberExpression' && object.name === 'require' && property.name === 'resolve';

/** @type {import('eslint').Rule.RuleModule} */
export const roomsRule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object' }],
    messages: { wrong: '{{why}} (see CONTRIBUTING.md, "Rooms").' },
  },
  create(context) {
    const [table] = context.options;
    const file = path.relative(context.cwd, context.filename);
    const look = (node) => {
      const name = literal(node);
      const why = name === undefined ? '' : problem(file, name, table);
      if (why) context.report({ node, messageId: 'wrong', data: { why } });
    };
    const lookAtSource = ({ source }) => look(source);
    return {
      ImportDeclaration: lookAtSource,
      ExportNamedDeclaration: lookAtSource,
      ExportAllDeclaration: lookAtSource,
      ImportExpression: lookAtSource,
      TSImportType: lookAtSource,
      TSExternalModuleReference: ({ expression }) => look(expression),
      CallExpression: ({ callee, arguments: [first] }) => {
        if (isRequire(callee)) look(first);
      },
    };
  },
};
