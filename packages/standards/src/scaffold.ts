import { type FileSet, LOCK_FILE, PACKS_DIRECTORY, ServiceSchema, type Sink, WorkspaceSchema, writeFileSet } from '@modelyard/core';
import {
  encodePack,
  loadPack,
  type ModelLibAnswers,
  type ModelServiceAnswers,
  modelLibView,
  modelServiceView,
  type Pack,
  render,
  type WorkspaceAnswers,
  workspaceView,
} from '@modelyard/templates';
import { formatLock, lockPlace, parseLock } from './lock.ts';

/** A workspace sink that also reads texts and writes bytes: the lock and the kept packs need both. */
export interface WorkspaceSink extends Sink {
  read(path: string): string | undefined;
  writeBytes(path: string, bytes: Uint8Array): void;
}

/** The files of a service, as its answers render them today; `ownData` is the user's table, kept as data/<name>.csv. */
export function renderService(answers: ModelServiceAnswers, ownData?: string): { pack: Pack; files: FileSet } {
  const pack = loadPack('model-service');
  const files = render(pack, modelServiceView(answers));
  if (ownData === undefined) return { pack, files };
  const table = { path: `data/${answers.name}.csv`, text: ownData, owner: 'seeded', mode: 0o644 } as const;
  return { pack, files: [...files, table].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** The files of a shared package. */
export function renderLib(answers: ModelLibAnswers): { pack: Pack; files: FileSet } {
  const pack = loadPack('model-lib');
  return { pack, files: render(pack, modelLibView(answers)) };
}

/** The files of a workspace. */
export function renderWorkspace(answers: WorkspaceAnswers): { pack: Pack; files: FileSet } {
  const pack = loadPack('workspace');
  return { pack, files: render(pack, workspaceView(answers, { service: ServiceSchema, workspace: WorkspaceSchema })) };
}

/** Writes a service below `directory`, keeps its pack and records it in the lock. */
export function scaffoldService(sink: WorkspaceSink, directory: string, answers: ModelServiceAnswers, ownData?: string): FileSet {
  const { pack, files } = renderService(answers, ownData);
  return place(sink, directory, pack, answers, files);
}

/** Writes a shared package below `directory`, keeps its pack and records it in the lock. */
export function scaffoldLib(sink: WorkspaceSink, directory: string, answers: ModelLibAnswers): FileSet {
  const { pack, files } = renderLib(answers);
  return place(sink, directory, pack, answers, files);
}

/** Writes a workspace at the sink's root, keeps its pack and records it in the lock. */
export function scaffoldWorkspace(sink: WorkspaceSink, answers: WorkspaceAnswers): FileSet {
  const { pack, files } = renderWorkspace(answers);
  return place(sink, '.', pack, answers, files);
}

function place(sink: WorkspaceSink, directory: string, pack: Pack, answers: unknown, files: FileSet): FileSet {
  writeFileSet(files, sink, directory === '.' ? '' : directory);
  sink.writeBytes(`${PACKS_DIRECTORY}/${pack.manifest.name}@${pack.manifest.version}.json.gz`, encodePack(pack));
  const lock = lockPlace(parseLock(sink.read(LOCK_FILE)), directory, pack, answers, files);
  sink.write(LOCK_FILE, formatLock(lock), 0o644);
  return files;
}
