export { type Expectation, judge, parseExpectation, unmet, type Verdict } from './expectation.ts';
