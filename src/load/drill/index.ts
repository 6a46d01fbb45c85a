export type { Drill, DrillReport } from './contract.ts';
export { DRILLS } from './drills/index.ts';
export { Management } from './instance/management.ts';
export { TcpProxy } from './proxy/proxy.ts';
export type { Direction, Toxic } from './proxy/toxics.ts';
export { htmlReport } from './report/html.ts';
export { junitReport } from './report/junit.ts';
export { reportText, resultText } from './report/text.ts';
export { runDrills } from './run.ts';
