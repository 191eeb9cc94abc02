"""SciPy's special functions, imported in two thirds of the time.

When it is first imported SciPy copies NumPy's whole namespace, and so imports what NumPy has in store for those who
ask for it: a compiler of Fortran and the tools of its tests. Neither is of use here; both can be asked for again
afterwards.
"""

from __future__ import annotations

import sys

import numpy

_UNUSED = [name for name in ("f2py", "testing") if "scipy.special" not in sys.modules and name not in vars(numpy)]
for _name in _UNUSED:
    setattr(numpy, _name, None)

from scipy.special import chdtri as chdtri  # noqa: E402
from scipy.special import expit as expit  # noqa: E402
from scipy.special import log1p as log1p  # noqa: E402
from scipy.special import logit as logit  # noqa: E402
from scipy.special import ndtri as ndtri  # noqa: E402
from scipy.special import stdtrit as stdtrit  # noqa: E402

for _name in _UNUSED:
    if getattr(numpy, _name) is None:
        delattr(numpy, _name)
