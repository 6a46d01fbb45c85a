// Members of a type, wherever it gets them from: its own, those of what it extends, and those that OptionsOf, Omit, Pick and Partial leave.
import { commentBefore, type DocComment } from './comments.ts';
import { type Declared, declarationOf, type Module, type Node, textOf } from './modules.ts';
import { type Parameter, parametersOf, typeOf } from './signatures.ts';

export interface Member {
  readonly name: string;
  readonly isOptional: boolean;
  /** For a method; undefined for a property. */
  readonly parameters: readonly Parameter[] | undefined;
  /** Type of the property, or of what the method returns. */
  readonly type: string;
  readonly comment: DocComment | undefined;
}

/** Members and the types that stand for further ones: exported themselves, or not of this package. */
export interface Members {
  readonly own: readonly Member[];
  readonly inherited: readonly string[];
}

/** Whether a declaration has a place of its own in the reference. */
export type IsShown = (declared: Declared) => boolean;

/** A node of which the parts are looked up by name. */
interface AnyNode extends Node {
  readonly members?: readonly AnyNode[];
  readonly types?: readonly AnyNode[];
  readonly typeName?: AnyNode;
  readonly typeArguments?: { readonly params: readonly AnyNode[] } | null;
  readonly typeAnnotation?: { readonly typeAnnotation: Node } | null;
  readonly returnType?: { readonly typeAnnotation: Node } | null;
  readonly params?: readonly unknown[];
  readonly name?: string;
  readonly key?: AnyNode;
  readonly value?: AnyNode;
  readonly kind?: string;
  readonly accessibility?: string | null;
  readonly optional?: boolean;
}

const NONE: Members = { own: [], inherited: [] };

/** @param withConstructor For classes that users can construct. */
export function membersOf({ module, node }: Declared, isShown: IsShown, withConstructor: boolean): Members {
  switch (node.type) {
    case 'TSInterfaceDeclaration': {
      const own = node.body.body.flatMap((each) => memberOf(module, each as AnyNode) ?? []);
      const basesAs = (isListed: IsShown): readonly Members[] =>
        node.extends.map((each) =>
          ofReference(module, each as AnyNode, each.expression as AnyNode, isListed),
        );
      // What overrides a member without a word means the same.
      const wordsOf = (name: string): DocComment | undefined =>
        combine(basesAs(() => false)).own.find((member) => member.name === name)?.comment;
      const worded = own.map((member) =>
        member.comment === undefined ? Object.assign({}, member, { comment: wordsOf(member.name) }) : member,
      );
      return combine([{ own: worded, inherited: [] }, ...basesAs(isShown)]);
    }
    case 'ClassDeclaration': {
      const own = node.body.body.flatMap((each) => memberOf(module, each as AnyNode, withConstructor) ?? []);
      const base = node.superClass;
      const inherited = base?.type === 'Identifier' ? [base.name] : [];
      return { own, inherited };
    }
    case 'TSTypeAliasDeclaration':
      return ofType(module, node.typeAnnotation as AnyNode, isShown);
    default:
      return NONE;
  }
}

function ofType(module: Module, type: AnyNode, isShown: IsShown): Members {
  switch (type.type) {
    case 'TSTypeLiteral':
      return {
        own: (type.members ?? []).flatMap((each) => memberOf(module, each) ?? []),
        inherited: [],
      };
    case 'TSIntersectionType':
      return combine((type.types ?? []).map((each) => ofType(module, each, isShown)));
    case 'TSTypeReference':
      return ofReference(module, type, type.typeName, isShown);
    default:
      return NONE;
  }
}

function ofReference(
  module: Module,
  reference: AnyNode,
  name: AnyNode | undefined,
  isShown: IsShown,
): Members {
  const called = name?.name ?? '';
  const [of, keys] = reference.typeArguments?.params ?? [];
  if (of !== undefined && ['Omit', 'Pick', 'Partial', 'OptionsOf', 'Readonly'].includes(called)) {
    const { own, inherited } = ofType(module, of, isShown);
    if (inherited.length > 0) return { own: [], inherited: [textOf(module, reference)] };
    const named = new Set(keys === undefined ? [] : textOf(module, keys).match(/\w+/g));
    if (called === 'Omit') return { own: own.filter(({ name: key }) => !named.has(key)), inherited };
    if (called === 'Pick') return { own: own.filter(({ name: key }) => named.has(key)), inherited };
    const isOptional = called !== 'Readonly';
    return {
      own: own.map((each) =>
        isOptional && !named.has(each.name) ? Object.assign({}, each, { isOptional }) : each,
      ),
      inherited,
    };
  }
  const declared = declarationOf(module, called);
  if (declared === undefined || isShown(declared)) return { own: [], inherited: [textOf(module, reference)] };
  return membersOf(declared, isShown, false);
}

function combine(all: readonly Members[]): Members {
  const own = new Map<string, Member>();
  for (const member of all.flatMap((each) => each.own)) {
    if (!own.has(member.name)) own.set(member.name, member);
  }
  return { own: [...own.values()], inherited: all.flatMap(({ inherited }) => inherited) };
}

function memberOf(module: Module, node: AnyNode, withConstructor = false): Member | undefined {
  const { key, kind, accessibility } = node;
  if (key?.type !== 'Identifier' || (kind === 'constructor' && !withConstructor)) return undefined;
  if (accessibility === 'private' || accessibility === 'protected') return undefined;
  const comment = commentBefore(module, node.start);
  if (comment?.isInternal === true) return undefined;
  const callable =
    node.type === 'TSMethodSignature' ? node : node.type === 'MethodDefinition' ? node.value : undefined;
  return {
    name: key.name ?? '',
    isOptional: node.optional === true,
    parameters:
      callable === undefined || kind === 'get'
        ? undefined
        : parametersOf(module, { params: callable.params ?? [] }),
    type: typeOf(module, callable === undefined ? node.typeAnnotation : callable.returnType),
    comment,
  };
}
