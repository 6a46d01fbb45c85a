import { RespiteError } from '../../core/errors.ts';
import { printable } from '../printable.ts';

/** What `GET /health` says of the instance, of an indicator, or of one inside another. */
interface Component {
  readonly status: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly components?: Readonly<Record<string, Component>>;
}

/** @param where Who answered, for the error. */
export function isUp(body: string, where: string): boolean {
  return parse(body, where).status === 'UP';
}

/** A line for the whole, and one for each component, indented below what it belongs to. */
export function healthText(body: string, where: string): string {
  const whole = parse(body, where);
  return [
    printable(whole.status) + shownDetails(whole.status, whole.details),
    ...lines(whole.components, '  '),
  ].join('\n');
}

function lines(components: Component['components'] = {}, indent: string): string[] {
  const found: string[] = [];
  for (const [name, { status, details, components: inner }] of Object.entries(components)) {
    found.push(`${indent}${printable(name)}: ${printable(status)}${shownDetails(status, details)}`);
    found.push(...lines(inner, `${indent}  `));
  }
  return found;
}

/** Details of what is up would hide those of what is not. */
function shownDetails(status: string, details: Component['details'] = {}): string {
  if (status === 'UP') return '';
  const texts = Object.entries(details)
    .filter(([, value]) => typeof value !== 'object' && value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`);
  return texts.length === 0 ? '' : ` (${printable(texts.join(', '))})`;
}

function parse(body: string, where: string): Component {
  try {
    const found = JSON.parse(body) as Component | null;
    if (typeof found?.status === 'string') return found;
  } catch {
    // Said below.
  }
  throw new RespiteError('RESPITE_CLI_NO_STATUS', `no health from ${where}: it is not Respite`);
}
