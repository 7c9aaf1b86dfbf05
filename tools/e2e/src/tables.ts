import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const DISTRICTS = { harbour: 900, hill: 500, meadow: 200 } as const;

/** Writes a small table of made-up house prices (a regression with a category, and gaps in two columns); gives its path. */
export async function writeHousesTable(directory: string): Promise<string> {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const rooms = 1 + (i % 6);
    const area = 20 + rooms * 14 + ((i * 37) % 29) / 2;
    const district = Object.keys(DISTRICTS)[i % 3] as keyof typeof DISTRICTS;
    const price = Math.round(area * 31 + rooms * 120 + DISTRICTS[district] + ((i * 53) % 41));
    return `${rooms},${i % 11 === 5 ? 'NA' : area},${i % 17 === 3 ? '' : district},${price}`;
  });
  const file = join(directory, 'houses.csv');
  await writeFile(file, `rooms,area,district,price\n${rows.join('\n')}\n`);
  return file;
}

/** Writes a small table with columns and values of every kind that a table may rightly have; gives its path. */
export async function writeOddTable(directory: string): Promise<string> {
  const header = '"a, b","say ""hi""",Größe (cm),年齢,class,__proto__,x|y,is_open,region,customer_id,signup,Kündigt?';
  const rows = Array.from({ length: 240 }, (_, i) => {
    const size = 150 + ((i * 37) % 41);
    const texts = [['"x, y"', 'nan', 'no such value'][i % 3], [`O'Brien`, '"say ""x"""'][i % 2]];
    const numbers = [size, (i * 13) % 90, (i % 9) - 4, `${i % 7}e-7`];
    const words = [['yes', 'no', 'on', 'off'][i % 4], ['true', 'false'][(i * 7) % 2], ['NA', 'EU'][(i * 5) % 2]];
    const rest = [7000 + i, `2026-01-${10 + (i % 9)}`, size + ((i * 11) % 9) > 172 ? 'ja' : 'nein'];
    return [...texts, ...numbers, ...words, ...rest].join(',');
  });
  const file = join(directory, 'odd.csv');
  await writeFile(file, `\uFEFF${header}\r\n${rows.join('\r\n')}\r\n`);
  return file;
}

/** Writes a small table of made-up parcels (three classes in words, a category and a number); gives its path. */
export async function writeParcelsTable(directory: string): Promise<string> {
  const carriers = ['air', 'rail', 'road'];
  const rows = Array.from({ length: 360 }, (_, i) => {
    const grams = 40 + ((i * 97) % 900) * 3;
    const carrier = carriers[(i * 7) % 3] as string;
    const effort = grams + (carrier === 'air' ? 600 : 0) + ((i * 31) % 11);
    return `${grams},${((i * 13) % 50) / 10},${carrier},${effort < 900 ? 'light' : effort < 2000 ? 'middle' : 'heavy'}`;
  });
  const file = join(directory, 'parcels.csv');
  await writeFile(file, `weight (g),volume,carrier,class\n${rows.join('\n')}\n`);
  return file;
}
