"""How stories are told: on the spot as far as the next question, and on from there once that is settled.

An order has a time of its own. What it waits for by itself (a parcel, the post, its last call) nobody else could
notice, so its own time simply passes, and its story runs ahead of the marketplace's clock: only what happens at a
desk is an event. A question is put at the order's time, which is the clock's or later.

SimPy's `Process` would tell the stories as well, with two events more for each: one to begin it, one when it is
over.
"""

from __future__ import annotations

from collections.abc import Generator

from simpy.events import Event

Story = Generator[Event, int, None]
"""Yields a question; is sent how that was settled."""


class WaitsInVain(Exception):
    """An order waits for what never comes: its story stays open. Told to `tell`, never to a user."""


def tell(story: Story, heard: int | None = None) -> None:
    """Tell a story as far as its next question, if there is one."""
    try:
        question = story.send(heard)  # type: ignore[arg-type]  # None begins it
    except (StopIteration, WaitsInVain):
        return
    assert question.callbacks is not None, "a question that has just been put is not settled yet"
    question.callbacks.append(lambda settled: tell(story, settled.value))
