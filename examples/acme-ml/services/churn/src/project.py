"""What the generator was told about this service. Each fact is stated here and nowhere else in Python."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NAME = "churn"
TITLE = "Churn"
FRAMEWORK = "sklearn"

MODEL_FILE = "models/churn_model.pkl"
LOCK_NAME = "model.lock.json"
DATA_FILE = "data/churn.csv"
SCHEMA_FILE = "src/data_schema.json"

# Rows of waiting requests that may share one call of the model; 1 where that does not win.
BATCH_ROWS = 64

HEALTH_PATH = "/health"
LIVE_PATH = "/livez"
PREDICT_PATH = "/predict"
METRICS_PATH = "/metrics"
