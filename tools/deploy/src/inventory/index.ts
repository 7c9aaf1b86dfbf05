export { type ApplySet, applySetId, applySetOf, memberOf } from './apply-set.ts';
export {
  type Inventory,
  kindsAfter,
  kindsBetween,
  leavingMembers,
  pruneMembers,
  readInventories,
  readInventory,
  type Wish,
} from './inventory.ts';
export { bookLabels } from './labels.ts';
export { type Books, readBooks, writeBooks } from './parent.ts';
