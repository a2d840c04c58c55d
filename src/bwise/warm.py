"""What every kernel needs and no run changes, made when this is imported: once, by the process that kernels are forked from."""

import os
from importlib import import_module

from bwise.countries import names

os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else the debugger in every kernel would warn the terminal of frozen modules
for name in ("ipykernel.kernelapp", "ipykernel.debugger", "IPython.extensions.storemagic"):
    import_module(name)
names()
