import type { GroupHealth } from '../health/index.ts';
import type { SupervisorStatus } from '../supervisor/index.ts';
import { instanceHealth } from './health.ts';

/**
 * Answers whether the instance has started. A startup probe asks until its first success and then no more, so what fails later does not
 * count: once the group `startup` was up, it stays up.
 */
export class Startup {
  #isOver = false;

  /** To be called whenever health is asked for, in whatever group. */
  look(status: SupervisorStatus, isAuthenticated: boolean): GroupHealth | undefined {
    const found = instanceHealth(status, 'startup', isAuthenticated);
    this.#isOver ||= found?.status === 'UP';
    return this.#isOver && found !== undefined ? { ...found, status: 'UP' } : found;
  }
}
