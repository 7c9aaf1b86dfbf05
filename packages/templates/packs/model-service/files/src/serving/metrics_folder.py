"""Where several workers add up their figures: a folder with a file of each kind for each worker."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
# prometheus_client reads this variable once, when it is imported: metrics.py must be the first to do so.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def has_several_workers() -> bool:
    """Whether other processes serve beside this one."""
    return int(os.environ.get("WEB_CONCURRENCY", "1")) > 1


def temporary_folders() -> Iterator[Path]:
    """Where files may be made; with a read-only root file system there is often no folder but the second one."""
    with suppress(FileNotFoundError):
        yield Path(tempfile.gettempdir())
    yield SHARED_MEMORY


def make_shared_folder() -> Path | None:
    """A folder for the figures of all workers, which share a parent; None if there is no place for it."""
    for place in temporary_folders():
        folder = place / f"metrics-{os.getppid()}"
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return None


def is_running(pid: int) -> bool:
    """Whether there is such a process besides this one."""
    if pid == os.getpid():
        return False
    # On Windows this would not ask: signal 0 is Ctrl+C there.
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def forget_dead_workers(folder: Path) -> None:
    """Removes what workers that have ended said of their present: they are no longer ready, and score nothing."""
    from prometheus_client.multiprocess import mark_process_dead

    pids = {int(pid) for file in folder.glob("gauge_live*.db") if (pid := file.stem.rpartition("_")[2]).isdigit()}
    for pid in pids:
        if not is_running(pid):
            # Another worker that starts may be quicker.
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))
