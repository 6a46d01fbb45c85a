import assert from 'node:assert/strict';

/**
 * Holds what breaks a rule today against the list of what may. What breaks it and is not listed fails; so does what is listed
 * and breaks it no more, so that the lists only become shorter.
 */
export function assertOnly(found: Iterable<string>, listed: readonly string[]): void {
  const all = new Set(found);
  assert.deepEqual(
    {
      'breaks the rule': [...all].filter((each) => !listed.includes(each)).toSorted(),
      'is listed but keeps the rule: take it off the list': listed.filter((each) => !all.has(each)),
    },
    { 'breaks the rule': [], 'is listed but keeps the rule: take it off the list': [] },
  );
}
