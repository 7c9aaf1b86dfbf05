import { FIELD_MANAGER, LABEL_INSTANCE, LABEL_MANAGED_BY } from '@modelyard/core';

/** The labels of the objects in which the deploy keeps its books: the set's parent, revisions. A destroy finds them by these. */
export const bookLabels = (service: string): Record<string, string> => ({
  [LABEL_INSTANCE]: service,
  [LABEL_MANAGED_BY]: FIELD_MANAGER,
});
