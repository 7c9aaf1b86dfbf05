export { type ApplySet, applySetId, applySetOf, memberOf, memberSelector } from './apply-set.ts';
export { type Inventory, kindsAfter, kindsBetween, leavingMembers, pruneMembers, readInventory } from './inventory.ts';
export { bookLabels } from './labels.ts';
export { type Books, readBooks, writeBooks } from './parent.ts';
