"""SciPy's special functions, and in a command nothing that surrounds them.

When its package is imported SciPy wraps three hundred functions for other kinds of arrays, writes their
documentation and looks through all of NumPy: four times as long as the functions themselves take. A command, in
which nobody asks for that, takes them from where they are compiled. Who imports `scipy.special` afterwards has all.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scipy.special import chdtri as chdtri
    from scipy.special import exp2 as exp2
    from scipy.special import expit as expit
    from scipy.special import gammainc as gammainc
    from scipy.special import gammaincinv as gammaincinv
    from scipy.special import log1p as log1p
    from scipy.special import logit as logit
    from scipy.special import ndtri as ndtri
    from scipy.special import stdtrit as stdtrit
    from scipy.special import xlogy as xlogy

FUNCTIONS = ("chdtri", "exp2", "expit", "gammainc", "gammaincinv", "log1p", "logit", "ndtri", "stdtrit", "xlogy")
PACKAGE = "scipy.special"
COMMAND = "sim.door"
"""The module that is there where a command runs."""


def _home() -> ModuleType:
    """Where SciPy's functions are."""
    if COMMAND not in sys.modules or PACKAGE in sys.modules:
        return import_module(PACKAGE)
    import scipy

    bare = ModuleType(PACKAGE)
    bare.__path__ = [str(Path(scipy.__file__).parent / "special")]
    sys.modules[PACKAGE] = bare
    try:
        compiled = import_module(f"{PACKAGE}._ufuncs")
    except ImportError:  # a SciPy that keeps them elsewhere
        compiled = bare
    finally:
        del sys.modules[PACKAGE]
    return compiled if all(hasattr(compiled, name) for name in FUNCTIONS) else import_module(PACKAGE)


_HOME = _home()
globals().update({name: getattr(_HOME, name) for name in FUNCTIONS})
