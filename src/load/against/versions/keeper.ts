// A process that outlives this one when it is killed, and then ends the servers and removes the files that it would leave behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads what to end and what to remove from its input. When that ends without `done`, which it does however this process ends, it
 * ends the process groups that are left and removes the folders.
 */
const SCRIPT = `
groups=' '
while read -r verb what; do
  case $verb in
    group) groups="$groups$what " ;;
    ended) groups=$(printf %s "$groups" | sed "s/ $what / /") ;;
    done) exit 0 ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
[ "$#" -eq 0 ] || rm -rf -- "$@"
[ -z "$REPOSITORY" ] || git -C "$REPOSITORY" worktree prune
`;

export class Keeper {
  readonly #shell: ChildProcess;

  /**
   * @param folders Removed when this process is killed.
   * @param repository A repository of git that may have a worktree in one of them.
   */
  constructor(folders: readonly string[], repository: string | undefined) {
    this.#shell = spawn('sh', ['-c', SCRIPT, 'respite-keeper', ...folders], {
      env: { ...process.env, REPOSITORY: repository ?? '' },
      stdio: ['pipe', 'ignore', 'ignore'],
      // No signal for this process's group or session is for it.
      detached: true,
    });
    this.#shell.stdin?.on('error', () => {});
    this.#shell.on('error', () => {}); // Without a shell nothing is kept: as it would be without this.
    this.#shell.unref();
  }

  /** @param group Process id of its leader. */
  watch(group: number): void {
    this.#tell(`group ${group}`);
  }

  /** Its number may be another one's from now on. */
  forget(group: number): void {
    this.#tell(`ended ${group}`);
  }

  /** There is nothing left to end or to remove. */
  async close(): Promise<void> {
    if (this.#shell.pid === undefined || this.#shell.exitCode !== null) return;
    const exited = once(this.#shell, 'exit');
    this.#shell.ref();
    this.#tell('done');
    await exited;
  }

  #tell(line: string): void {
    if (this.#shell.stdin?.writable) this.#shell.stdin.write(`${line}\n`);
  }
}
