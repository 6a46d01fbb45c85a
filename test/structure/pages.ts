import { readFileSync } from 'node:fs';

/** Without what is shown as code, where brackets are no links and `#` no headings. */
export function proseOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/^( *)(```+|~~~+).*?^\1\2\s*$/gms, '');
}

/** As GitHub makes them: letters and digits of the heading, with hyphens for spaces, numbered when they come again. */
export function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(file).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i += 1) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}
