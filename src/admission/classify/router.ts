import { createRequire } from 'node:module';
import type FindMyWay from 'find-my-way';

/** Where {@link Patterns} get their routers from: what `find-my-way` exports. */
export type RouterSource = () => typeof FindMyWay;

/** Loads the package at the first call. It takes 20 ms of processor time, and a worker without patterns that need it starts without. */
export const whenNeeded: RouterSource = () =>
  createRequire(import.meta.url)('find-my-way') as typeof FindMyWay;

/** A router wants a handler with each route; we only want to know which route it is. */
export function noHandler(): void {}
