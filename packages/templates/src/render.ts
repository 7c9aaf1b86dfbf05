import type { FileSet, RenderedFile } from '@modelyard/core';
import ejs from 'ejs';
import picomatch from 'picomatch';
import type { Pack, PackManifest } from './pack.ts';

/** The values that templates print, by name. */
export type View = Readonly<Record<string, unknown>>;

const TEMPLATE_SUFFIX = '.ejs';
const BASE_FOLDER = 'files';

/**
 * Renders a pack: the same pack and view give the same bytes.
 * Paths that end in `.ejs` are templates, `dot-x` becomes `.x`, `__name__` becomes the value of `name`.
 * Throws when a template asks for a value that the view does not hold.
 */
export function render(pack: Pack, view: View): FileSet {
  const chosen = chooseTemplates(pack, view);
  const files = [...chosen].map(([path, template]) => renderFile(pack.manifest, path, template, view));
  return files.filter((file) => isWanted(pack.manifest, file.path, view)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Output path (still with its suffix) → template; a variant's file replaces the base's of the same path, template or not. */
function chooseTemplates(pack: Pack, view: View): Map<string, string> {
  const variants = Object.entries(pack.manifest.variants ?? {}).map(([answer, folder]) => `${folder}/${String(view[answer])}`);
  const chosen = new Map<string, [string, string]>();
  for (const folder of [BASE_FOLDER, ...variants]) {
    for (const [path, template] of Object.entries(pack.templates)) {
      if (!path.startsWith(`${folder}/`)) continue;
      const name = path.slice(folder.length + 1);
      chosen.set(name.endsWith(TEMPLATE_SUFFIX) ? name.slice(0, -TEMPLATE_SUFFIX.length) : name, [name, template]);
    }
  }
  return new Map(chosen.values());
}

function renderFile(manifest: PackManifest, templatePath: string, template: string, view: View): RenderedFile {
  const isTemplate = templatePath.endsWith(TEMPLATE_SUFFIX);
  const path = outputPath(isTemplate ? templatePath.slice(0, -TEMPLATE_SUFFIX.length) : templatePath, view);
  const text = isTemplate ? print(template, view, `${manifest.name}/${templatePath}`) : template;
  const rule = manifest.owners.find(({ glob }) => matches(path, glob));
  return { path, text, owner: rule?.owner ?? 'merged', mode: text.startsWith('#!') ? 0o755 : 0o644 };
}

function print(template: string, view: View, filename: string): string {
  const text = ejs.render(
    template,
    { ...view },
    { escape: (value: unknown) => String(value), filename, strict: true, localsName: 'it', destructuredLocals: Object.keys(view) },
  );
  return text.replaceAll('\r\n', '\n');
}

function outputPath(path: string, view: View): string {
  return path
    .split('/')
    .map((part) =>
      part.replace(/^dot-/, '.').replace(/__([a-zA-Z]+)__/g, (whole, name: string) => (name in view ? String(view[name]) : whole)),
    )
    .join('/');
}

function isWanted(manifest: PackManifest, path: string, view: View): boolean {
  return (manifest.conditions ?? [])
    .filter(({ glob }) => matches(path, glob))
    .every(({ when, unless }) => (when === undefined || Boolean(view[when])) && (unless === undefined || !view[unless]));
}

const matches = (path: string, glob: string): boolean => picomatch.isMatch(path, glob, { dot: true });
