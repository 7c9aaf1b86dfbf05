/** Who may change a generated file: `managed` is rewritten, `merged` three-way merged, `seeded` written once. */
export type FileOwner = 'managed' | 'merged' | 'seeded';

export interface RenderedFile {
  /** Relative to where the set is written, always with "/". */
  readonly path: string;
  /** UTF-8 text with "\n" line ends. */
  readonly text: string;
  readonly owner: FileOwner;
  readonly mode: 0o644 | 0o755;
}

/** What rendering gives: files sorted by path, each path once. */
export type FileSet = readonly RenderedFile[];

/** What Nx's Tree, Yeoman's mem-fs and a folder on disk can all do. */
export interface Sink {
  exists(path: string): boolean;
  write(path: string, text: string, mode: number): void;
}

/** Writes a set into a sink, below `directory` ("" for its root); seeded files that exist stay as they are. */
export function writeFileSet(files: FileSet, sink: Sink, directory: string): void {
  for (const file of files) {
    const path = directory === '' ? file.path : `${directory}/${file.path}`;
    if (file.owner === 'seeded' && sink.exists(path)) continue;
    sink.write(path, file.text, file.mode);
  }
}
