// Modules of src and their declarations, as the parser sees them. Nothing is type-checked: `isolatedDeclarations` has every type written down.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Class,
  type Comment,
  type Function as FunctionNode,
  type ParseResult,
  parseSync,
  type TSInterfaceDeclaration,
  type TSTypeAliasDeclaration,
  type VariableDeclaration,
} from 'oxc-parser';

type Statement = ParseResult['program']['body'][number];
type Declaration =
  | Class
  | FunctionNode
  | TSInterfaceDeclaration
  | TSTypeAliasDeclaration
  | VariableDeclaration;

/** A node of the syntax tree, as far as all of them are alike. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

export interface Module {
  readonly file: string;
  readonly code: string;
  readonly body: readonly Statement[];
  readonly comments: readonly Comment[];
}

/** A declaration, and where it is. */
export interface Declared {
  readonly module: Module;
  /** Where its comment ends: at `export`, where that is written. */
  readonly start: number;
  readonly node: Declaration;
}

const modules = new Map<string, Module>();

export function moduleAt(file: string): Module {
  let module = modules.get(file);
  if (module === undefined) {
    const code = readFileSync(file, 'utf8');
    const { program, comments } = parseSync(file, code);
    module = { file, code, body: program.body, comments };
    modules.set(file, module);
  }
  return module;
}

export function textOf({ code }: Module, { start, end }: Node): string {
  return code.slice(start, end);
}

/** What a module calls `name`, wherever that is declared in src. Undefined for what is of a package, of Node.js or global. */
export function declarationOf(module: Module, name: string): Declared | undefined {
  for (const statement of module.body) {
    if (statement.type === 'ImportDeclaration') {
      const { specifiers, source } = statement;
      const found = specifiers.find(({ local }) => local.name === name);
      if (found === undefined) continue;
      const imported =
        found.type === 'ImportSpecifier' && 'name' in found.imported ? found.imported.name : name;
      return exportOf(module, source.value, imported);
    }
    if (statement.type === 'ExportNamedDeclaration') {
      const { declaration, source, specifiers, start } = statement;
      if (declaration !== null && namesOf(declaration).includes(name))
        return { module, start, node: declaration as Declaration };
      const found = specifiers.find(({ exported }) => 'name' in exported && exported.name === name);
      if (found === undefined || !('name' in found.local)) continue;
      return source === null
        ? declarationOf(module, found.local.name)
        : exportOf(module, source.value, found.local.name);
    }
    if (namesOf(statement).includes(name))
      return { module, start: statement.start, node: statement as Declaration };
  }
  return undefined;
}

function exportOf(from: Module, specifier: string, name: string): Declared | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return declarationOf(moduleAt(path.resolve(path.dirname(from.file), specifier)), name);
}

function namesOf(node: Statement): readonly string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => ('name' in id ? [id.name] : []));
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'ClassDeclaration':
    case 'FunctionDeclaration':
      return node.id === null ? [] : [node.id.name];
    default:
      return [];
  }
}
