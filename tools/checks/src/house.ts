/** The rooms of the house by floor, the ground first. A room may import only rooms of lower floors. */
export const FLOORS: readonly (readonly string[])[] = [
  ['packages/core'],
  ['packages/templates', 'tools/image', 'tools/python'],
  ['packages/standards', 'tools/cluster'],
  ['tools/deploy'],
  ['packages/nx', 'packages/modelyard', 'generators', 'packages/create-modelyard'],
];

/** The one arrow between doors: a launcher and the generator that it starts (docs/decisions/0003). */
export const ALLOWED_BETWEEN_DOORS: readonly string[] = ['packages/create-modelyard -> generators'];

/** Rooms outside the house: they look at it, and nothing imports them. */
export const OUTSIDE: readonly string[] = ['tools/checks', 'tools/e2e', 'tools/bench'];

/** The name under which each room is imported. */
export const ROOM_OF_PACKAGE: Readonly<Record<string, string>> = {
  '@modelyard/core': 'packages/core',
  '@modelyard/templates': 'packages/templates',
  '@modelyard/standards': 'packages/standards',
  '@modelyard/image': 'tools/image',
  '@modelyard/python': 'tools/python',
  '@modelyard/cluster': 'tools/cluster',
  '@modelyard/deploy': 'tools/deploy',
  '@modelyard/nx': 'packages/nx',
  modelyard: 'packages/modelyard',
  'generator-modelyard': 'generators',
  'create-modelyard': 'packages/create-modelyard',
};

/** The doors: they alone read the environment, the clock and set exit codes. Edges may do so where listed. */
export const DOORS: readonly string[] = FLOORS.at(-1) ?? [];

/** The floor of a room, 0 for the ground; -1 for a room outside. */
export const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));

/** The room that an import specifier leads to, or undefined for a library or a file of the same room. */
export function roomOfImport(specifier: string): string | undefined {
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
  return ROOM_OF_PACKAGE[name ?? ''];
}
