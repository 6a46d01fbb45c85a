export type { EvictFirst, WriteBudgetOptions } from './options.ts';
export {
  type BudgetMember,
  budgetRule,
  createWriteBudget,
  READER_FROM_BYTES,
  WriteBudget,
  type WriteBudgetStats,
} from './write-budget.ts';
