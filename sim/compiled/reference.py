"""Handing a whole market over as one address.

Numba hands tuples of arrays over word by word, some sixty of them for a market, at every call, and asks of every
place whether it is counted from the end. A reference is the address of such a tuple, which lies in the entrance's
own memory as long as the market is lived through; its fields are read as the tuple's are. Its arrays of one
dimension are read as stretches: an address and a length, with places counted from the beginning.
"""

from __future__ import annotations

from operator import getitem, setitem
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_getattr_generic, register_model


class Reference(types.Type):
    """The type of an address at which a named tuple lies."""

    def __init__(self, to: Any) -> None:
        self.to = to
        super().__init__(name=f"Reference({to})")

    def field(self, name: str) -> Any:
        """The type of a field, as it is read."""
        lies = dict(zip(self.to.fields, self.to.types, strict=True)).get(name)
        return Stretch(lies.dtype) if isinstance(lies, types.Array) and lies.ndim == 1 else lies


@register_model(Reference)
class _AnAddress(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, models_of: Any, reference: Reference) -> None:
        super().__init__(models_of, reference, models_of.lookup(reference.to).get_value_type().as_pointer())


@infer_getattr
class _FieldsOfTheTuple(AttributeTemplate):  # type: ignore[misc]
    key = Reference

    def generic_resolve(self, reference: Reference, name: str) -> Any:
        """A field's type, or None."""
        return reference.field(name)


@lower_getattr_generic(Reference)
def _read(context: Any, builder: Any, reference: Reference, address: Any, name: str) -> Any:
    number, kind = reference.to.fields.index(name), reference.field(name)
    place = builder.gep(address, [ir.IntType(32)(0), ir.IntType(32)(number)], inbounds=True)
    value = builder.load(place)
    if isinstance(kind, Stretch):
        array = context.make_array(reference.to.types[number])(context, builder, value)
        value = stretch_of(context, builder, kind, array.data, array.nitems)
    return impl_ret_borrowed(context, builder, kind, value)


@intrinsic
def reference_to(_: Any, named_tuple: Any) -> Any:
    """The address of a named tuple, good until the caller returns."""

    def lies_at(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return cgutils.alloca_once_value(builder, values[0])

    return Reference(named_tuple)(named_tuple), lies_at


class Stretch(types.Type):
    """Things of one kind that lie one after the other."""

    def __init__(self, of: Any) -> None:
        self.of = of
        super().__init__(name=f"Stretch({of})")


@register_model(Stretch)
class _AddressAndLength(models.StructModel):  # type: ignore[misc]
    def __init__(self, models_of: Any, stretch: Stretch) -> None:
        super().__init__(models_of, stretch, [("data", types.misc.CPointer(stretch.of)), ("length", types.intp)])


def stretch_of(context: Any, builder: Any, kind: Stretch, data: Any, length: Any) -> Any:
    """As a value."""
    made = cgutils.create_struct_proxy(kind)(context, builder)
    made.data, made.length = data, length
    return made._getvalue()


@infer_global(getitem)
class _Reading(AbstractTemplate):  # type: ignore[misc]
    def generic(self, given: Any, _named: Any) -> Any:
        """What is read from a place of a stretch."""
        return signature(given[0].of, given[0], types.intp) if isinstance(given[0], Stretch) else None


@infer_global(setitem)
class _Writing(AbstractTemplate):  # type: ignore[misc]
    def generic(self, given: Any, _named: Any) -> Any:
        """A number is written to a place of a stretch."""
        is_one = isinstance(given[0], Stretch)
        return signature(types.none, given[0], types.intp, given[0].of) if is_one else None


@infer_global(len)
class _Counting(AbstractTemplate):  # type: ignore[misc]
    def generic(self, given: Any, _named: Any) -> Any:
        """How many there are."""
        return signature(types.intp, given[0]) if isinstance(given[0], Stretch) else None


def _place(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    stretch = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=values[0])
    return builder.gep(stretch.data, [values[1]], inbounds=True)


@lower_builtin(getitem, Stretch, types.Integer)
def _read_at(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    return context.unpack_value(builder, signature.args[0].of, _place(context, builder, signature, values))


@lower_builtin(setitem, Stretch, types.Integer, types.Any)
def _write_at(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    context.pack_value(builder, signature.args[0].of, values[2], _place(context, builder, signature, values))
    return context.get_dummy_value()


@lower_builtin(len, Stretch)
def _length(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    return cgutils.create_struct_proxy(signature.args[0])(context, builder, value=values[0]).length


@intrinsic
def column_at(_: Any, address: Any, kind: Any) -> Any:
    """The stretch of numbers of this kind that lies at an address; how long it is, who asks has to know."""
    stretch = Stretch(kind.dtype)

    def lies_at(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        data = context.get_value_type(types.misc.CPointer(stretch.of))
        return stretch_of(context, builder, stretch, builder.inttoptr(values[0], data), ir.IntType(64)(0))

    return stretch(types.int64, kind), lies_at
