"""Machine code at hand: loaded without Numba, and called by address.

    enter = Entrance("sim.compiled.loop", "enter")
    enter(world, market, books)

What Numba has compiled is an object file like any other; LLVM loads it in milliseconds, where Numba alone takes
most of a second to import. An entrance is called as Numba calls it: arrays are handed over as their address, size
and strides, tuples part by part. Where no code for its arguments is at hand it is compiled, here and now.
"""

from __future__ import annotations

import ctypes
import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import places
from sim.errors import InternalError

FINE = (0, -2)
"""What Numba's code returns when all went well: nothing, or None."""
LAYOUT = 1
"""Of the file; raised when a reader must change."""


class Code(NamedTuple):
    """One entrance, compiled for arguments of certain types."""

    name: str
    signature: str
    symbol: str
    """What it is called in the object file."""
    triple: str
    """The kind of machine, as LLVM names it."""
    object_file: bytes


class Laid:
    """An argument that comes again in many calls, laid out once. It stays as it is, and where it is."""

    def __init__(self, argument: Any) -> None:
        self.argument, self.signature, self.words = argument, _type_of(argument), list[Any]()
        _lay_out(argument, [], self.words)


_LAID: dict[int, Laid] = {}
MOST_LAID = 128
"""Arguments that are held on to."""


def laid(argument: Any) -> Laid:
    """As it was laid out before, where it is the very same."""
    known = _LAID.get(id(argument))
    if known is None:
        if len(_LAID) >= MOST_LAID:
            _LAID.clear()
        known = _LAID[id(argument)] = Laid(argument)
    return known


class Entrance:
    """A function of a module, marked `jit.kept`, as it is called from Python. It returns nothing: arrays are
    written to. Raises what the function raises."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, *arguments: Any) -> None:
        types: list[Any] = [self.name]
        words: list[Any] = []
        for argument in arguments:
            _lay_out(argument, types, words)
        code = _AT_HAND.get(known_by := tuple(types))
        if code is None:
            code = _AT_HAND[known_by] = self._code_for(arguments)
            code.argtypes = (_ADDRESS, _ADDRESS, *(kind for argument in arguments for kind in _kinds_of(argument)))
        _call(code, words)

    def _code_for(self, laid: Sequence[Any]) -> Any:
        arguments = [one.argument if isinstance(one, Laid) else one for one in laid]
        signature = "; ".join(map(_type_of, arguments))
        code = _AT_HAND.get((self.name, signature)) or self._found(signature)
        return code or self._compiled(signature, arguments)

    def _found(self, signature: str) -> Any:
        take_up(at_hand())
        return _AT_HAND.get((self.name, signature))

    def _compiled(self, signature: str, arguments: Sequence[Any]) -> Any:
        from sim.compiled.compiling import compiled

        code = compiled(self.module, self.name, signature, arguments)
        take_up([code])
        MADE.append(code)
        return _AT_HAND[self.name, signature]


MADE: list[Code] = []
"""What this process has compiled."""
_AT_HAND: dict[tuple[Any, ...], Any] = {}
"""What has been loaded: callable, by name and signature; and by name and what is quicker to tell of arguments."""
_LOADED: list[Any] = []
"""Keeps LLVM's memory alive."""


def is_at_hand() -> bool:
    """Whether code of this edition is loaded, or lies where it is looked for."""
    return bool(_AT_HAND) or bool(at_hand())


def at_hand() -> list[Code]:
    """What is kept on disk for this edition; nothing where there is none, or a file is torn."""
    kept = places.find()
    return _read(kept) if kept else []


def take_up(codes: Sequence[Code]) -> None:
    """Load compiled code, to be called from now on."""
    for code in codes:
        if (code.name, code.signature) not in _AT_HAND:
            _AT_HAND[code.name, code.signature] = _loaded(code)


def written(codes: Sequence[Code]) -> bytes:
    """As it is kept: a line that says what is in it, then the object files."""
    objects = b"".join(code.object_file for code in codes)
    entries = [code._asdict() | {"object_file": len(code.object_file)} for code in codes]
    head = {"layout": LAYOUT, "sha256": sha256(objects).hexdigest(), "entrances": entries}
    return json.dumps(head).encode() + b"\n" + objects


def _read(kept: bytes) -> list[Code]:
    """What was `written`; nothing where it is not whole."""
    try:
        line, _, objects = kept.partition(b"\n")
        head = json.loads(line)
        if head["layout"] != LAYOUT or sha256(objects).hexdigest() != head["sha256"]:
            return []
        ends = np.cumsum([entry["object_file"] for entry in head["entrances"]]).tolist()
        begins = [0, *ends[:-1]]
        pieces = [objects[begin:end] for begin, end in zip(begins, ends, strict=True)]
        return [
            Code(**entry | {"object_file": piece}) for entry, piece in zip(head["entrances"], pieces, strict=True)
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _loaded(code: Code) -> Callable[..., int]:
    """The function at its address in this process."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_triple(code.triple).create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code.object_file))
    engine.finalize_object()
    _LOADED.append((engine, machine))
    return ctypes.CFUNCTYPE(ctypes.c_int32)(engine.get_function_address(code.symbol))


def _call(function: Any, words: Sequence[Any]) -> None:
    nothing, error = ctypes.c_void_p(), ctypes.c_void_p()
    how = function(ctypes.byref(nothing), ctypes.byref(error), *words)
    if how not in FINE:
        raise _error_at(error.value)


class _ErrorAtAddress(ctypes.Structure):
    """How Numba tells of an error: its class and its arguments, pickled."""

    _fields_ = (("pickled", ctypes.c_void_p), ("size", ctypes.c_int32))


def _error_at(address: int | None) -> Exception:
    if not address:
        return InternalError("the machine code failed without saying why")
    told = _ErrorAtAddress.from_address(address)
    kind, arguments, _ = pickle.loads(ctypes.string_at(told.pickled, told.size))
    error: Exception = kind(*arguments)
    return error


def _lay_out(argument: Any, types: list[Any], words: list[Any]) -> None:
    """What Numba's calling convention makes of an argument; and what tells apart arguments that run other code."""
    if isinstance(argument, np.ndarray):
        types += (argument.dtype, argument.ndim, argument.flags.num & _LIES)
        words += (None, None, argument.size, argument.itemsize, _address_of(argument))  # nobody counts references
        words += argument.shape
        words += argument.strides
    elif isinstance(argument, Laid):
        types.append(argument.signature)
        words += argument.words
    elif isinstance(argument, tuple):
        types.append(type(argument))
        for part in argument:
            _lay_out(part, types, words)
    else:
        types.append(_kind_of(argument))
        words.append(argument.item() if isinstance(argument, np.generic) else argument)


_ADDRESS = ctypes.c_void_p


def _kinds_of(argument: Any) -> Iterator[Any]:
    """How the words of an argument are handed over."""
    if isinstance(argument, np.ndarray):
        yield from (_ADDRESS, _ADDRESS, ctypes.c_int64, ctypes.c_int64, _ADDRESS)
        yield from [ctypes.c_int64] * (2 * argument.ndim)
    elif isinstance(argument, Laid):
        yield from _kinds_of(argument.argument)
    elif isinstance(argument, tuple):
        for part in argument:
            yield from _kinds_of(part)
    else:
        yield _kind_of(argument)


def _kind_of(number: Any) -> Any:
    if isinstance(number, (bool, np.bool_)):
        return ctypes.c_int8
    return ctypes.c_int64 if isinstance(number, (int, np.integer)) else ctypes.c_double


_LIES = 0x1 | 0x2 | 0x100 | 0x400
"""Of NumPy's flags of an array, those that `_type_of` asks about: C and Fortran order, aligned, writeable."""


def _address_of(array: Any) -> int:
    """As `array.ctypes.data` says, which takes three times as long."""
    try:
        return ctypes.addressof(ctypes.c_byte.from_buffer(array))
    except (TypeError, ValueError, BufferError):  # only to be read, empty or with gaps
        address: int = array.ctypes.data
        return address


def _type_of(argument: Any) -> str:
    """As Numba tells types apart: two arguments of one type run the same code."""
    if isinstance(argument, np.ndarray):
        order = "C" if argument.flags.c_contiguous else "F" if argument.flags.f_contiguous else "A"
        lies = order + "w" * argument.flags.writeable + "a" * argument.flags.aligned
        return f"{_name_of(argument.dtype)}{argument.ndim}{lies}"
    if isinstance(argument, tuple):
        return f"{type(argument).__name__}({', '.join(map(_type_of, argument))})"
    if isinstance(argument, (bool, np.bool_)):
        return "bool"
    return "int" if isinstance(argument, (int, np.integer)) else "float"


@lru_cache(maxsize=256)
def _name_of(kind: np.dtype[Any]) -> str:
    """A plain type by its name, a record by all that is in it."""
    if kind.fields is None:
        return kind.str
    return sha256(f"{kind.descr} {kind.isalignedstruct}".encode()).hexdigest()[:16]


def unfit() -> str | None:
    """Why the compiled engine does not run here, as a process found that tried; None where nobody has found so."""
    found = places.find(places.UNFIT)
    return found.decode(errors="replace").strip() if found else None
