// Pages of the reference: one for each entry, and their index.
import GithubSlugger from 'github-slugger';
import type { DocComment } from './comments.ts';
import type { Member, Members } from './members.ts';
import { inOneLine, signatureOf } from './signatures.ts';
import type { Entry, Exported } from './surface.ts';
import { TOPICS, type Topic } from './topics.ts';

const WRITTEN_BY = '<!-- Written by `node scripts/api/main.ts` from the comments in src. -->';

const SECTIONS: readonly (readonly [heading: string, kinds: readonly Exported['kind'][]])[] = [
  ['Functions', ['function', 'constant']],
  ['Classes', ['class']],
  ['Types', ['type']],
];

/** Not a program: highlighted as TypeScript, and not compiled with the examples. */
const SIGNATURE = 'ts signature';

/** Where each export has its heading: by name, as seen from one page. */
type Places = ReadonlyMap<string, string>;

/** Text of every page of `docs/reference/api`, by file name. */
export function pagesOf(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const pages = new Map([['README.md', indexOf(entries)]]);
  for (const entry of entries) pages.set(fileOf(entry), pageOf(entry, placesFrom(entry, entries)));
  return pages;
}

function indexOf(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => {
    const { title, guide } = topicOf(entry);
    return `| [\`${entry.specifier}\`](${fileOf(entry)}) | ${title} | [${guide.name}](${guide.path}) |`;
  });
  return [
    WRITTEN_BY,
    '# API reference',
    'Everything that code can import. A server that is started with `respite run` needs none of it.',
    ['| import | for | guide |', '| --- | --- | --- |', ...rows].join('\n'),
    'Only `undefined` means the default of an option. A bad option throws a [`RespiteError`](respite.md#respiteerror) where it is given, with the option, its rule and the value.',
    '',
  ].join('\n\n');
}

function pageOf(entry: Entry, places: Places): string {
  const { title, guide, note } = topicOf(entry);
  const blocks = [WRITTEN_BY, `# ${entry.specifier}`, `${title}. Guide: [${guide.name}](${guide.path}).`];
  if (note !== undefined) blocks.push(note);
  for (const [heading, kinds] of SECTIONS) {
    const all = inOrder(entry).filter(({ kind }) => kinds.includes(kind));
    if (all.length > 0) blocks.push(`## ${heading}`, ...all.flatMap((each) => sectionOf(each, places)));
  }
  return `${blocks.join('\n\n')}\n`;
}

function sectionOf(exported: Exported, places: Places): readonly string[] {
  const { name, kind, comment, members, parameters, type } = exported;
  const blocks = [`### ${name}`];
  if (kind === 'function') blocks.push(codeBlock(signatureOf(name, parameters, type), SIGNATURE));
  if (kind === 'constant') blocks.push(codeBlock(`const ${name}: ${type}`, SIGNATURE));
  if (kind === 'type' && type !== '' && members.own.length === 0)
    blocks.push(codeBlock(`type ${name} = ${type}`, SIGNATURE));
  blocks.push(...wordsOf(comment, places));
  // An alias that has been shown says by itself what it is made of.
  if (type === '' || members.own.length > 0) blocks.push(...membersOf(name, members, places));
  for (const example of comment?.examples ?? []) blocks.push(codeBlock(example));
  return blocks.filter((block) => block !== '');
}

function codeBlock(code: string, language = 'ts'): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

function wordsOf(comment: DocComment | undefined, places: Places): readonly string[] {
  if (comment === undefined) return [];
  const tags = [
    ...[...comment.params].map(([name, meaning]) => `- **\`${name}\`**: ${meaning}`),
    ...(comment.returns === undefined ? [] : [`- **Returns:** ${comment.returns}`]),
    ...comment.throws.map((each) => `- **Throws:** ${each}`),
  ];
  return [linked(comment.text, places), linked(tags.map(unwrapped).join('\n'), places)];
}

function membersOf(owner: string, { own, inherited }: Members, places: Places): readonly string[] {
  const blocks = inherited.map((base) => `Has the members of ${typeText(inOneLine(base), places)} as well.`);
  if (own.length > 0) blocks.push(own.map((member) => itemOf(owner, member, places)).join('\n'));
  return blocks;
}

function itemOf(owner: string, member: Member, places: Places): string {
  const { name, parameters, comment, isOptional } = member;
  const type = isOptional ? member.type.replace(/ \| undefined$/, '') : member.type;
  const optional = isOptional ? '?' : '';
  const said =
    parameters === undefined
      ? `**\`${name}${optional}\`**: ${typeText(type, places)}`
      : `**\`${inOneLine(signatureOf(name === 'constructor' ? `new ${owner}` : `${name}${optional}`, parameters, type))}\`**`;
  const words = wordsOf(comment, places)
    .filter((block) => block !== '')
    .join('\n\n');
  const [first = '', ...others] = words.split('\n');
  const rest = others.map((line) => (line === '' ? '' : `  ${line}`));
  // A list as the first thing would otherwise continue the line.
  return first.startsWith('- ')
    ? [`- ${said}`, '', ...words.split('\n').map((line) => `  ${line}`)].join('\n')
    : [`- ${said}. ${first}`, ...rest].join('\n');
}

/** A type that is an export by itself leads to it. */
function typeText(type: string, places: Places): string {
  const [, name = ''] = /^(?:readonly )?(\w+)(?:\[\])?(?: \| (?:undefined|false))*$/.exec(type) ?? [];
  const place = places.get(name);
  return place === undefined ? `\`${type}\`` : `[\`${type}\`](${place})`;
}

/** `{@link name}` leads to where the name is, if it is an export. */
function linked(markdown: string, places: Places): string {
  return markdown.replaceAll(/\{@link (\w+)\}/g, (_, name: string) => {
    const place = places.get(name);
    return place === undefined ? `\`${name}\`` : `[\`${name}\`](${place})`;
  });
}

function unwrapped(text: string): string {
  return text.replaceAll(/\n(?!- )/g, ' ');
}

/** What has a heading in this page is there; the rest is on the first other page that has it. */
function placesFrom(entry: Entry, entries: readonly Entry[]): Places {
  const places = new Map<string, string>();
  for (const each of [entry, ...entries]) {
    const slugger = new GithubSlugger();
    slugger.slug(each.specifier);
    for (const [heading, kinds] of SECTIONS) {
      const all = inOrder(each).filter(({ kind }) => kinds.includes(kind));
      if (all.length > 0) slugger.slug(heading);
      for (const { name } of all) {
        const anchor = `#${slugger.slug(name)}`;
        if (!places.has(name)) places.set(name, each === entry ? anchor : `${fileOf(each)}${anchor}`);
      }
    }
  }
  return places;
}

function inOrder({ exports }: Entry): readonly Exported[] {
  return exports.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

function fileOf({ specifier }: Entry): string {
  return `${specifier.replace('respite/', '')}.md`;
}

function topicOf({ specifier }: Entry): Topic {
  const topic = TOPICS[specifier];
  if (topic === undefined) throw new Error(`scripts/api/topics.ts does not say what ${specifier} is for`);
  return topic;
}
