// `node main.ts <plan>`: makes the load that the plan says and prints what became of it, both in JSON.
import { runClosedLoop } from './closed-loop.ts';
import { runOpenLoop } from './open-loop.ts';
import type { Plan } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
const result = plan.loop === 'open' ? await runOpenLoop(plan) : await runClosedLoop(plan);
process.stdout.write(JSON.stringify(result), () => process.exit(0));
