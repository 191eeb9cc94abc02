"""Handing a whole market over as one address.

Numba hands tuples of arrays over word by word, some sixty of them for a market, at every call. A reference is the
address of such a tuple, which lies in the entrance's own memory as long as the market is lived through; its
fields are read as the tuple's are.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, register_model


class Reference(types.Type):
    """The type of an address at which a named tuple lies."""

    def __init__(self, to: Any) -> None:
        self.to = to
        super().__init__(name=f"Reference({to})")


@register_model(Reference)
class _AnAddress(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, models_of: Any, reference: Reference) -> None:
        super().__init__(models_of, reference, models_of.lookup(reference.to).get_value_type().as_pointer())


@infer_getattr
class _FieldsOfTheTuple(AttributeTemplate):  # type: ignore[misc]
    key = Reference

    def generic_resolve(self, reference: Reference, name: str) -> Any:
        """A field's type, or None."""
        return dict(zip(reference.to.fields, reference.to.types, strict=True)).get(name)


@lower_getattr_generic(Reference)
def _read(context: Any, builder: Any, reference: Reference, address: Any, name: str) -> Any:
    number = reference.to.fields.index(name)
    place = builder.gep(address, [ir.IntType(32)(0), ir.IntType(32)(number)], inbounds=True)
    return impl_ret_borrowed(context, builder, reference.to.types[number], builder.load(place))


@intrinsic
def reference_to(_: Any, named_tuple: Any) -> Any:
    """The address of a named tuple, good until the caller returns."""

    def lies_at(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return cgutils.alloca_once_value(builder, values[0])

    return Reference(named_tuple)(named_tuple), lies_at
