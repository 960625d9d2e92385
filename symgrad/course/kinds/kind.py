"""What every kind of question has to say: how its texts are read, what is derived, how answers are judged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symgrad.course.claims import PROVED, Claim
from symgrad.course.form import Form, Key
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.solution import Block
from symgrad.course.toml_places import Path

if TYPE_CHECKING:
    from symgrad.evaluate import GradientReport
    from symgrad.evidence import Verdict


class Kind(ABC):
    """A kind of question, as `ask` in a problem file names it.

    Attributes:
        words: what such a part does, for messages: "asks to explain".
        uses: which of the keys `statements`, `wrt` and `derivation` mean something for it.
        keys: further keys of its own; their values are in `Part.more`.
        needs_forward: whether there is no such question without a forward program.
    """

    words: str
    uses: frozenset[str] = frozenset()
    keys: Mapping[str, Key] = MappingProxyType({})
    needs_forward: bool = True

    @abstractmethod
    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        """Add to `form` what is wrong with the texts of the part at a path of the file.

        With `sound` false the part's statements or tensors are not known, so that only what cannot be
        read at all is to be said. Mistakes and published answers are read by `read`, outside of this.
        """

    @abstractmethod
    def read(self, part: Part, text: str) -> Any:
        """The answer that a text is, whatever it means. Raises ReadingError where it is none."""

    @abstractmethod
    def judged(self, part: Part, text: str) -> Verdict:
        """What is known of an answer, a right or a wrong one: "proved", "refuted" with the reason, or "unknown".

        Raises ReadingError where the text cannot be read.
        """

    @abstractmethod
    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        """The worked solution, behind the question's text."""

    def claims(self, part: Part) -> Iterator[Claim]:
        """What the author says to be right: the answer, and whatever shows it."""
        if part.answer:
            yield Claim("answer", "", PROVED, self.judged(part, part.answer))

    def derived(self, part: Part) -> str:
        """What the tool derives by itself for the question, as text; "" where nothing."""
        return ""

    def audited(self, part: Part) -> str:
        """The status of what is derived, by a way of its own; "" where there is none."""
        return ""

    def numeric(self, part: Part) -> GradientReport | None:
        """What is derived against numbers; None where there is nothing to be checked.

        Raises UsageError where no point is found at which the program has a value.
        """
        return None
