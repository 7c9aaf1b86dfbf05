import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonOf, runProcess, type ServiceFolder, venvExecutable } from '@modelyard/python';
import { type Contender, ROW } from './contender.ts';

const MODEL = 'models/churn_model.pkl';

/** The lesson names app, paths, request and MODEL_PATH; the rest is what its packages suggest: pydantic, one DataFrame a request. */
const APP = `import os

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="Churn Predictor")
model = joblib.load(os.environ["MODEL_PATH"])


class Customer(BaseModel):
    tenure_months: int
    monthly_charges: float
    total_charges: float
    num_products: int
    has_support_calls: int


class Prediction(BaseModel):
    churn: bool
    churn_probability: float


@app.get("/health")
def health():
    return {"status": "healthy"}


@app.post("/predict", response_model=Prediction)
def predict(customer: Customer):
    frame = pd.DataFrame([customer.model_dump()])
    probability = float(model.predict_proba(frame)[0, 1])
    return {"churn": probability >= 0.5, "churn_probability": probability}
`;

/** The same estimator on the same table as our services, trained as the lesson's packages suggest. */
const TRAIN = `import sys

import joblib
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

table = pd.read_csv(sys.argv[1])
target = table.pop("churned")
model = make_pipeline(StandardScaler(), GradientBoostingClassifier(random_state=20260101)).fit(table, target)
joblib.dump(model, sys.argv[2])
if len(sys.argv) > 3:
    import mlflow.sklearn

    mlflow.sklearn.save_model(model, sys.argv[3])
`;

/** The lesson's app and its MLflow, in the environment of a service made with --lesson: its eight pins, exactly. */
export async function lessonContenders(directory: string, service: ServiceFolder): Promise<Contender[]> {
  await mkdir(join(directory, 'src', 'api'), { recursive: true });
  await mkdir(join(directory, 'models'), { recursive: true });
  await writeFile(join(directory, 'src', 'api', 'app.py'), APP);
  await writeFile(join(directory, 'train.py'), TRAIN);
  const args = ['train.py', join(service.directory, 'data', 'churn.csv'), MODEL, 'mlflow_model'];
  const python = pythonOf(service, false);
  const { code, output } = await runProcess({ command: python, args, cwd: directory, env: process.env, output: 'capture' });
  if (code !== 0) throw new Error(`the lesson's training ended with ${code}\n${output}`);
  const bin = (name: string) => venvExecutable(join(service.directory, '.venv'), name, false);
  return [
    {
      name: "the lesson's app",
      directory,
      command: (port) => [bin('uvicorn'), 'src.api.app:app', '--host', '127.0.0.1', '--port', String(port)],
      env: { MODEL_PATH: MODEL },
      healthPath: '/health',
      predictPath: '/predict',
      body: JSON.stringify(ROW),
    },
    {
      name: 'MLflow 2.13 (class only)',
      directory,
      command: (port) => [
        ...[bin('mlflow'), 'models', 'serve', '-m', 'mlflow_model', '--env-manager', 'local'],
        ...['-h', '127.0.0.1', '-p', String(port), '-w', '1'],
      ],
      env: { PATH: `${join(service.directory, '.venv', 'bin')}:${process.env.PATH}` },
      healthPath: '/ping',
      predictPath: '/invocations',
      body: JSON.stringify({ dataframe_split: { columns: Object.keys(ROW), data: [Object.values(ROW)] } }),
    },
  ];
}

/** Where the lesson's training left its model. */
export const lessonModel = (directory: string): string => join(directory, MODEL);
