"""A trained model, and the service around it. Everything else follows from src/data_schema.json."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from src.api.app import create_app
from src.data_schema import DataSchema, read_data_schema
from src.project import DATA_FILE, LOCK_NAME, MODEL_FILE, ROOT, SCHEMA_FILE
from src.serving.settings import Settings, read_settings
from src.train import find_data, train

MODEL_NAME = Path(MODEL_FILE).name
# Some tests send hundreds of rows, which in a table of many columns are more than the default limit.
AMPLE_BYTES = 2**28


@pytest.fixture(scope="session")
def schema() -> DataSchema:
    return read_data_schema(ROOT / SCHEMA_FILE)


@pytest.fixture(scope="session")
def data_file() -> Path:
    return find_data(ROOT / DATA_FILE)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, schema: DataSchema, data_file: Path) -> Path:
    """The folder of the model that `train` wrote; if there is none yet, one is trained here."""
    models = (ROOT / MODEL_FILE).parent
    if (models / MODEL_NAME).exists() and (models / LOCK_NAME).exists():
        return models
    models = tmp_path_factory.mktemp("models")
    train(schema, data_file, models)
    return models


@pytest.fixture
def models(tmp_path: Path, trained: Path) -> Path:
    """A copy of the model's folder that a test may damage."""
    return Path(shutil.copytree(trained, tmp_path / "models"))


@pytest.fixture
def edit_lock(models: Path) -> Callable[[Callable[[dict[str, Any]], None]], None]:
    """Changes the copied model.lock.json."""

    def edit(change: Callable[[dict[str, Any]], None]) -> None:
        lock = json.loads((models / LOCK_NAME).read_text(encoding="utf-8"))
        change(lock)
        (models / LOCK_NAME).write_text(json.dumps(lock), encoding="utf-8")

    return edit


def settings_for(models: Path, **changes: Any) -> Settings:
    """The default settings, with the model of this folder."""
    return replace(read_settings({}), model_path=models / MODEL_NAME, **changes)


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Callable[..., TestClient]:
    """Starts the service and waits until it knows whether it can serve."""

    def start(models: Path, **changes: Any) -> TestClient:
        app = create_app(settings_for(models, **changes))
        client = TestClient(app)
        client.__enter__()
        request.addfinalizer(lambda: client.__exit__(None, None, None))
        assert app.state.host.loaded.wait(timeout=60)
        return client

    return start


@pytest.fixture(scope="session")
def client(trained: Path) -> Iterator[TestClient]:
    """The service with the undamaged model."""
    app = create_app(settings_for(trained, max_body_bytes=AMPLE_BYTES))
    with TestClient(app) as client:
        assert app.state.host.loaded.wait(timeout=60)
        yield client
