"""What every run needs and none changes, made when this is imported: by the process that kernels are forked from, once for all of them."""

from bwise.countries import names

names()
