export {
  conditional,
  type ConditionalOptions,
  type ConditionalRequest,
  type ConditionalResponse,
  type Preconditions,
  preconditions,
} from './conditional.ts';
