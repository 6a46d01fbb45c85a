// Asks the management port of `respite run`, as an operator does.
import type { Server, Status } from './server.ts';
import { until } from './until.ts';

export class ManagementPort {
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  /** The log says where it is, since servers are started with any free port. */
  static async of(server: Server): Promise<ManagementPort> {
    return new ManagementPort(`http://${await server.says(/management[^\n]*?(127\.0\.0\.1:[1-9]\d*)/)}`);
  }

  async status(): Promise<Status> {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(`${this.url}/status`, { headers: { respite: '1' }, signal });
    return (await response.json()) as Status;
  }

  /** Waits until every worker serves and none is being replaced. */
  async settled(atLeastRolling: number = 0): Promise<void> {
    await until(
      'all workers to be ready',
      async () => {
        const { workers, workersWanted, restarts, restarting } = await this.status();
        const allReady = workers.length === workersWanted && workers.every(({ state }) => state === 'ready');
        return allReady && !restarting && restarts.rolling >= atLeastRolling;
      },
      { everyMs: 50 },
    );
  }
}
