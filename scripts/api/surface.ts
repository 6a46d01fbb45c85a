// What users can import: every export of every entry of package.json.
import path from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { commentBefore, type DocComment } from './comments.ts';
import { type IsShown, type Members, membersOf } from './members.ts';
import { type Declared, declarationOf, type Module, moduleAt, type Node, textOf } from './modules.ts';
import { inOneLine, type Parameter, parametersOf, typeOf } from './signatures.ts';

const repository = path.resolve(import.meta.dirname, '../..');

export interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'constant' | 'type';
  readonly comment: DocComment | undefined;
  /** Of a function. */
  readonly parameters: readonly Parameter[];
  /** What a function returns, what a constant is, what a type is short for; empty for interfaces and classes. */
  readonly type: string;
  readonly members: Members;
  readonly declared: Declared;
}

export interface Entry {
  /** `respite/cache` */
  readonly specifier: string;
  readonly exports: readonly Exported[];
}

let found: readonly Entry[] | undefined;

export function surface(): readonly Entry[] {
  if (found !== undefined) return found;
  const modules = Object.entries(packageJson.exports).flatMap(([name, target]) => {
    if (typeof target === 'string') return [];
    const file = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    return [{ specifier: path.posix.join('respite', name), module: moduleAt(path.join(repository, file)) }];
  });
  const named = modules.map(({ specifier, module }) => ({ specifier, module, names: exportsOf(module) }));
  const shown = new Set(
    named.flatMap(({ module, names }) => names.map(({ name }) => declarationOf(module, name)?.node)),
  );
  const isShown: IsShown = ({ node }) => shown.has(node);
  found = named.map(({ specifier, module, names }) => ({
    specifier,
    exports: names.map(({ name, isTypeOnly }) => exportedAs(module, name, isTypeOnly, isShown)),
  }));
  return found;
}

interface Name {
  readonly name: string;
  readonly isTypeOnly: boolean;
}

function exportsOf(module: Module): readonly Name[] {
  return module.body.flatMap((statement): readonly Name[] => {
    if (statement.type === 'ExportAllDeclaration')
      throw new Error(`${module.file}: an entry names what it exports`);
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const { declaration, specifiers, exportKind } = statement;
    if (declaration !== null) {
      const ids =
        'declarations' in declaration
          ? declaration.declarations.map(({ id }) => id)
          : ['id' in declaration ? declaration.id : null];
      return ids.flatMap((id) => (id !== null && 'name' in id ? [{ name: id.name, isTypeOnly: false }] : []));
    }
    return specifiers.flatMap(({ exported, exportKind: kind }) =>
      'name' in exported
        ? [{ name: exported.name, isTypeOnly: exportKind === 'type' || kind === 'type' }]
        : [],
    );
  });
}

function exportedAs(entry: Module, name: string, isTypeOnly: boolean, isShown: IsShown): Exported {
  const declared = declarationOf(entry, name);
  if (declared === undefined) throw new Error(`${entry.file} exports ${name}, which is not declared in src`);
  const { module, node, start } = declared;
  const common = { name, comment: commentBefore(module, start), declared };
  // Itself it is shown here; what it is made of may be shown elsewhere.
  const members = membersOf(declared, isShown, !isTypeOnly);
  if (node.type === 'FunctionDeclaration' || node.type === 'TSDeclareFunction') {
    const parameters = parametersOf(module, node);
    return { ...common, kind: 'function', parameters, type: typeOf(module, node.returnType), members };
  }
  if (node.type === 'VariableDeclaration') {
    const [variable] = node.declarations;
    const type = typeOf(
      module,
      variable !== undefined && 'typeAnnotation' in variable.id ? variable.id.typeAnnotation : null,
    );
    return { ...common, kind: 'constant', parameters: [], type, members };
  }
  const kind = node.type === 'ClassDeclaration' && !isTypeOnly ? 'class' : 'type';
  const type = node.type === 'TSTypeAliasDeclaration' ? aliasOf(module, node.typeAnnotation) : '';
  return { ...common, kind, parameters: [], type, members };
}

/** Shows `(typeof NAMES)[number]` as the names. */
function aliasOf(module: Module, type: Node): string {
  const text = textOf(module, type);
  const [, list] = /^\(typeof (\w+)\)\[number\]$/.exec(text) ?? [];
  const node = list === undefined ? undefined : declarationOf(module, list);
  if (node === undefined) return text.includes('/**') ? text : inOneLine(text);
  const names = textOf(node.module, node.node).match(/'[^']+'/g) ?? [];
  return names.join(' | ');
}
