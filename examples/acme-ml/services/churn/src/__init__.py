"""The service: training, the model, and the API around it."""

import os

# One request is scored by one thread, and several requests side by side. Maths libraries read these
# when they are first imported; left alone, each would start a thread for every core of the node.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
