import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What opens a file on this machine; undefined when there is no display. */
export function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (platform === 'darwin') return 'open';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
}

/** True when the program is there and has the file now. */
export async function openWith(program: string, file: string): Promise<boolean> {
  try {
    const child = spawn(program, [file], { stdio: 'ignore', detached: true });
    await once(child, 'spawn');
    child.unref();
    return true;
  } catch {
    return false;
  }
}
