"""One order under two policies: what both stories share is told once, and then each in a column of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from sim.show.html_table import text
from sim.show.story import GUTTER, MARGIN, Event, Story, columns, laid_out, moments, wrapped

WIDTH = 100
"""Columns of a terminal, where nothing else is known."""
NARROWEST_COLUMN = 30
"""Columns that a story beside another needs; in a narrower terminal the second stands below the first."""
_PARTING = " here they part "


@dataclass(frozen=True)
class TwoStories:
    """One order's life under two policies, ready to be read. `str` gives it for a terminal of 100 columns."""

    left: Story
    right: Story

    @cached_property
    def together(self) -> tuple[Event, ...]:
        """What happens in both, up to where they part."""
        pairs = zip(self.left.events, self.right.events, strict=False)
        return tuple(mine for mine, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    @property
    def never_part(self) -> bool:
        """Whether the policies make no difference to this order."""
        return (self.left.events, self.left.closing) == (self.right.events, self.right.closing)

    @property
    def are_two_orders(self) -> bool:
        """Whether only the number is the same: it was paid at another time."""
        starts = [(story.start, story.events[0].at) for story in (self.left, self.right)]
        return starts[0] != starts[1]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        """What a notebook shows: what both share, told once, and then each by itself."""
        left, together = self.left, self.left.card_of(self.together)
        if self.never_part:
            ending = f"{left.card_of_closing()}<p>They never part.</p>"
            return f"<div><strong>{text(left.title)}</strong>{together}{ending}</div>"
        shared = len(self.together)
        rest = "".join(
            f"<p><strong>{text(one.policy)}</strong></p>{one.card_of(one.events[shared:])}{one.card_of_closing()}"
            for one in (left, self.right)
        )
        return f"<div><strong>Order {left.order}</strong>{together}<p>Here they part.</p>{rest}</div>"

    def lines(self, width: int = WIDTH) -> list[str]:
        """The stories side by side where the terminal is wide enough, else one below the other."""
        return [*self._opening(width), *(self._ending_alike(width) if self.never_part else self._parting(width))]

    def as_dict(self) -> dict[str, Any]:
        """Both stories for machines, and how many events they share."""
        return {"base": self.left.as_dict(), "other": self.right.as_dict(), "events_together": len(self.together)}

    def _opening(self, width: int) -> list[str]:
        """What is told once."""
        title = f"Order {self.left.order} · {self.left.policy} · versus · {self.right.policy}"
        return [*wrapped([title], width), *self._warning(width), "", *self.left.told(self.together, width)]

    def _warning(self, width: int) -> list[str]:
        if not self.are_two_orders:
            return []
        return wrapped(["These scenarios do not share their luck: two different orders have this number."], width)

    def _ending_alike(self, width: int) -> list[str]:
        return ["", *wrapped(self.left.closing, width), "", "They never part: the order fares the same under both."]

    def _parting(self, width: int) -> Iterator[str]:
        yield from ["", f"{_PARTING:·^{width}}", ""]
        rest = [story.events[len(self.together) :] for story in (self.left, self.right)]
        if width >= MARGIN + len(GUTTER) + 2 * NARROWEST_COLUMN:
            yield from self._beside(rest[0], rest[1], width)
        else:
            yield from self._below(rest[0], rest[1], width)

    def _beside(self, left: tuple[Event, ...], right: tuple[Event, ...], width: int) -> Iterator[str]:
        """Each moment once in the margin, and what it brings under each policy."""
        yield from columns(([self.left.policy], [self.right.policy]), width)
        yield ""
        mine, its = moments(left), moments(right)
        told = ((at, (mine.get(at, []), its.get(at, []))) for at in sorted({*mine, *its}))
        yield from laid_out(told, self.left.start, width)
        yield ""
        yield from columns((list(self.left.closing), list(self.right.closing)), width)

    def _below(self, left: tuple[Event, ...], right: tuple[Event, ...], width: int) -> Iterator[str]:
        """One ending after the other."""
        for story, events in ((self.left, left), (self.right, right)):
            yield from [*wrapped([story.policy], width), ""]
            yield from story.told(events, width)
            yield ""
            yield from wrapped(story.closing, width)
            yield from ["", "·" * width, ""] if story is self.left else []
