// Prints the closing line of a CI run from vitest's JSON results: "N passed, N failed", and how many were skipped. Fails when no test ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2];
const reports = readdirSync(directory).map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')));
const total = (key) => reports.reduce((sum, report) => sum + report[key], 0);
const passed = total('numPassedTests');
const failed = total('numFailedTests') + reports.filter((report) => !report.success && report.numFailedTests === 0).length;
const skipped = total('numPendingTests');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(passed > 0 && failed === 0 ? 0 : 1);
