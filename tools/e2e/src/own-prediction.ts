import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Loads the model file in the service's own environment, without its serving code, and lets it predict one row. */
const SCRIPT = `
import json, pickle, sys
import joblib, numpy as np
model = joblib.load(sys.argv[1])
row = json.loads(sys.argv[2])
values = list(row.values())
matrix = np.array([values], dtype=float if all(isinstance(v, (int, float)) for v in values) else object)
answer = {"prediction": model.predict(matrix)[0].item()}
if hasattr(model, "predict_proba"):
    answer["probabilities"] = {str(c): float(p) for c, p in zip(model.classes_, model.predict_proba(matrix)[0])}
print(json.dumps(answer))
`;

/** What the trained model itself predicts for a row whose keys stand in the order of its features. */
export async function ownPrediction(service: string, model: string, row: object): Promise<unknown> {
  const python = join(service, '.venv', 'bin', 'python');
  const { stdout } = await run(python, ['-c', SCRIPT, model, JSON.stringify(row)], { cwd: service });
  return JSON.parse(stdout);
}
