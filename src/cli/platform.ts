/**
 * Why `respite run` can't supervise on a platform; undefined when it can. Windows has no process groups, no signals that a script can handle
 * before it ends, and no Unix sockets to hand on, so nothing would be drained there.
 */
export function platformProblem(platform: NodeJS.Platform): string | undefined {
  if (platform !== 'win32') return undefined;
  return 'respite run needs Linux or macOS. On Windows, run it in WSL 2 (wsl --install) or in a Linux container. In your own code, protect() of respite, respite/cache, respite/client and respite/backpressure work on Windows, too';
}
