import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const DISTRICTS = { harbour: 900, hill: 500, meadow: 200 } as const;

/** Writes a small table of made-up house prices (a regression with a category); gives its path. */
export async function writeHousesTable(directory: string): Promise<string> {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const rooms = 1 + (i % 6);
    const area = 20 + rooms * 14 + ((i * 37) % 29) / 2;
    const district = Object.keys(DISTRICTS)[i % 3] as keyof typeof DISTRICTS;
    const price = Math.round(area * 31 + rooms * 120 + DISTRICTS[district] + ((i * 53) % 41));
    return `${rooms},${area},${district},${price}`;
  });
  const file = join(directory, 'houses.csv');
  await writeFile(file, `rooms,area,district,price\n${rows.join('\n')}\n`);
  return file;
}
