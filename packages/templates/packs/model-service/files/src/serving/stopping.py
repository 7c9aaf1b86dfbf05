"""A stop that loses no request: SIGTERM is held back for a moment, in which each answer asks its client to hang up.

The server closes its idle connections at once when it ends. A client that has just sent its next request on one of
them would get a reset in place of an answer. New connections are refused from the signal on, as without this.

With several workers they are answered in that moment: the process above them keeps the port open, and whoever connected
to a port where nobody listens would wait in vain.
"""

import asyncio
import multiprocessing
import signal
import threading
from types import FrameType

# A client that is busy sends its next request within this time, and learns from the answer to send no more.
LINGER_SECONDS = 0.5
CLOSE_HEADER = (b"connection", b"close")


class Stopping:
    """Knows whether this process is about to end."""

    def __init__(self) -> None:
        self.has_begun = False

    def watch(self) -> None:
        """Comes before the server's own answer to SIGTERM. Call it in the event loop, once the server has one."""
        stop_server = signal.getsignal(signal.SIGTERM)
        # Only the main thread may change it; a test runs the service in another one.
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or not callable(stop_server):
            return
        is_worker = multiprocessing.parent_process() is not None
        loop = asyncio.get_running_loop()

        def begin(number: int, frame: FrameType | None) -> None:
            if self.has_begun:
                stop_server(number, frame)
                return
            self.has_begun = True
            loop.call_soon_threadsafe(linger, number, frame)

        def linger(number: int, frame: FrameType | None) -> None:
            # uvicorn's handler is a method of its Server, which has one listener for each socket.
            for listener in () if is_worker else getattr(getattr(stop_server, "__self__", None), "servers", ()):
                listener.close()
            loop.call_later(LINGER_SECONDS, stop_server, number, frame)

        signal.signal(signal.SIGTERM, begin)
