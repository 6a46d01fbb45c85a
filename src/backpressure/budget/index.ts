export type { EvictFirst, WriteBudgetOptions } from './options.ts';
export { type BudgetMember, createWriteBudget, WriteBudget, type WriteBudgetStats } from './write-budget.ts';
