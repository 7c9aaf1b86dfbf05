export { KEPT_REVISIONS, listRecords, listRevisions, readRevision, recordRevision } from './history.ts';
export { parseRecord, parseStored, type Revision, renderRecord, type StoredRevision } from './record.ts';
