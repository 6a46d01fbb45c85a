// `node main.ts <case>` prints what came of one case as JSON.
import { order } from './order.ts';
import { peers } from './peers.ts';
import { producers } from './producers.ts';
import { responses } from './responses.ts';

const CASES: Readonly<Record<string, () => Promise<unknown>>> = { producers, peers, responses, order };

const run = CASES[process.argv[2] ?? ''];
if (run === undefined) throw new Error(`there is no case '${process.argv[2]}'`);
console.log(JSON.stringify(await run()));
process.exit();
