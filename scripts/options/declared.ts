// Options that are declared once, and the pages that list them.
import type { Declaration } from '../../src/core/options.ts';
import { HEALTH, INDICATOR } from '../../src/health/options.ts';

export interface DeclaredOptions {
  /** Names the marks around the table: `<!-- options: health -->` and `<!-- end of options: health -->`. */
  readonly name: string;
  /** Where the interface is whose comments say what each option means. */
  readonly file: string;
  readonly type: string;
  readonly declaration: Declaration<object>;
  readonly pages: readonly string[];
}

export const DECLARED: readonly DeclaredOptions[] = [
  {
    name: 'health',
    file: 'src/health/options.ts',
    type: 'ResolvedHealthOptions',
    declaration: HEALTH,
    pages: ['docs/reference/configuration.md'],
  },
  {
    name: 'health.indicators',
    file: 'src/health/options.ts',
    type: 'ResolvedIndicatorOptions',
    declaration: INDICATOR,
    pages: ['docs/guide/health.md', 'docs/reference/configuration.md'],
  },
];
