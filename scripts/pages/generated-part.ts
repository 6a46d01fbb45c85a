// The part of a page that a script writes, between two marks: `<!-- options: health -->` and `<!-- end of options: health -->`.

export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** Throws when the page doesn't have both marks, once each and in order. */
export function replaceGenerated(page: string, { begin, end }: Marks, content: string): string {
  const [before, rest, ...more] = page.split(begin);
  const [, after, ...others] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`the page needs ${begin} and ${end}, once each`);
  }
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
