/** The small process that answers 503 while no worker takes requests, and how many clients it has answered so far. */
export interface OutageStatus {
  readonly isPresent: boolean;
  readonly answered: number;
}
