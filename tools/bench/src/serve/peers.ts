import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { venvExecutable } from '@modelyard/python';
import { type Contender, ROW } from './contender.ts';

/** The variable that names a folder of virtual environments: `bentoml`, `litserve`, each with the lesson's scikit-learn, numpy, pandas and joblib. */
export const PEERS_VARIABLE = 'MODELYARD_BENCH_PEERS';

const BENTOML = `import os

import bentoml
import joblib
import pandas as pd


@bentoml.service(workers=1, traffic={"timeout": 30})
class Churn:
    def __init__(self):
        self.model = joblib.load(os.environ["MODEL_PATH"])

    @bentoml.api
    def predict(self, tenure_months: int, monthly_charges: float, total_charges: float, num_products: int, has_support_calls: int) -> dict:
        row = dict(
            tenure_months=tenure_months,
            monthly_charges=monthly_charges,
            total_charges=total_charges,
            num_products=num_products,
            has_support_calls=has_support_calls,
        )
        probability = float(self.model.predict_proba(pd.DataFrame([row]))[0, 1])
        return {"churn": probability >= 0.5, "churn_probability": probability}
`;

const LITSERVE = `import os

import joblib
import litserve
import pandas as pd


class Churn(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load(os.environ["MODEL_PATH"])

    def decode_request(self, request):
        return pd.DataFrame([request])

    def predict(self, frame):
        return float(self.model.predict_proba(frame)[0, 1])

    def encode_response(self, probability):
        return {"churn": probability >= 0.5, "churn_probability": probability}


if __name__ == "__main__":
    server = litserve.LitServer(Churn(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), generate_client_file=False, log_level="warning")
`;

interface Peer {
  readonly name: string;
  readonly source: string;
  readonly healthPath: string;
  command(venv: string, port: number): readonly string[];
}

const PEERS: Readonly<Record<string, Peer>> = {
  bentoml: {
    name: 'BentoML',
    source: BENTOML,
    healthPath: '/readyz',
    command: (venv, port) => [
      venvExecutable(venv, 'bentoml', false),
      ...['serve', 'bentoml_app:Churn', '--host', '127.0.0.1', '--port', String(port)],
    ],
  },
  litserve: {
    name: 'LitServe',
    source: LITSERVE,
    healthPath: '/health',
    command: (venv) => [venvExecutable(venv, 'python', false), 'litserve_app.py'],
  },
};

/** The peers whose environments are there; of the others a line says how to have them. */
export async function peerContenders(
  directory: string,
  model: string,
  venvs: string | undefined,
  log: (line: string) => void,
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const [id, peer] of Object.entries(PEERS)) {
    const venv = join(venvs ?? '', id);
    if (venvs === undefined || !existsSync(venvExecutable(venv, 'python', false))) {
      log(`${peer.name} is left out: ${PEERS_VARIABLE} names no folder with a virtual environment "${id}"`);
      continue;
    }
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, `${id}_app.py`), peer.source);
    contenders.push({
      name: peer.name,
      directory,
      command: (port) => peer.command(venv, port),
      env: { MODEL_PATH: model, BENTOML_DO_NOT_TRACK: 'True', BENTOML_HOME: join(directory, 'bentoml-home') },
      healthPath: peer.healthPath,
      predictPath: '/predict',
      body: JSON.stringify(ROW),
    });
  }
  return contenders;
}
