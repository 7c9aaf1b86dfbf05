export { diskSink } from './disk-sink.ts';
export { EMPTY_LOCK, formatLock, type Lock, type LockedPlace, lockPlace, parseLock, sha256 } from './lock.ts';
export {
  type MadeService,
  makeService,
  parseDirectory,
  requireFreeName,
  requireWorkspace,
  type ServiceOptions,
} from './make-service.ts';
export {
  renderLib,
  renderService,
  renderWorkspace,
  scaffoldLib,
  scaffoldService,
  scaffoldWorkspace,
  type WorkspaceSink,
} from './scaffold.ts';
