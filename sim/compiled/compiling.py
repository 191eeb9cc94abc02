"""Making machine code: an entrance and all that it calls, for the plainest processor of this machine's kind."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from numba import njit, typeof
from numba.core import config

from sim.compiled.machine_code import Code
from sim.errors import InternalError

# As fast as code for this very model, and good on all others: read by Numba when it compiles for the first time.
config.CPU_NAME, config.CPU_FEATURES = "generic", ""


def compiled(module: str, name: str, signature: str, arguments: Sequence[Any]) -> Code:
    """Compile a function of a module that is marked `jit.kept`, for arguments like these. Takes some seconds."""
    function = getattr(import_module(module), name)
    how = njit(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    types = tuple(map(typeof, arguments))
    how.compile(types)
    result = how.overloads[types]
    triple = result.library.codegen.magic_tuple()[0]
    return Code(name, signature, result.fndesc.llvm_func_name, triple, _object_of(result.library))


def _object_of(library: Any) -> bytes:
    """Raises InternalError for code that holds addresses of this process and cannot be used in another one."""
    if library.has_dynamic_globals:
        raise InternalError("the machine code holds addresses that are good in one process only")
    _, kind, contents = library.serialize_using_object_code()
    if kind != "object":
        raise InternalError(f"found machine code as {kind!r}, expected an object file")
    made: bytes = contents[0]
    return made
