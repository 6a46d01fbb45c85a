import type { InstanceFlags } from '../instances/index.ts';

export interface OperateFlags extends InstanceFlags {
  readonly json?: boolean;
}

export interface CaptureFlags extends OperateFlags {
  readonly worker?: string;
  readonly seconds?: string;
  readonly output?: string;
}

/** A command for a running instance, as typed. */
export type OperateRequest =
  | { readonly command: 'drain'; readonly flags: OperateFlags }
  | { readonly command: 'dry-run'; readonly mode: 'on' | 'off'; readonly flags: OperateFlags }
  | { readonly command: 'quarantine-list'; readonly flags: OperateFlags }
  | { readonly command: 'quarantine-release'; readonly id: string; readonly flags: OperateFlags }
  | { readonly command: 'health'; readonly group: string | undefined; readonly flags: OperateFlags }
  | { readonly command: 'capture'; readonly what: string; readonly flags: CaptureFlags };
