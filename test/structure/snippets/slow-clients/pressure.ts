import { budget } from './given.ts';

// The guide:
import { addPressureSignal } from 'respite';

addPressureSignal({ name: 'write-budget', read: () => budget.stats().pressure, exit: 0.7, enter: 0.95 });
