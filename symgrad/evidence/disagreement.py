"""Two judges that contradict each other: a fault of one of them, said loudly, with a file that shows it again."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence

from symgrad.evidence.verdict import Witness
from symgrad.language.program import Program
from symgrad.language.write import write_program


class Contradiction(AssertionError):
    """One judge proves what another one refutes. `path` is a file with all that is needed to see it again."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


def contradiction(
    proving: str,
    refuting: str,
    sides: tuple[Program, Program],
    tensors: Sequence[str],
    *,
    witness: Witness | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Contradiction:
    """The error of a claim that one judge proves and another one refutes.

    Args:
        proving: the judge that proves, in words.
        refuting: the one that refutes.
        sides: both complete programs.
        tensors: what is compared.
        witness: where the claim fails, if that is known.
        sizes: at which sizes, if no more is known.

    Returns:
        The error. Its message names both judges and a new file in the folder for temporary files: one JSON
        object with the text of both programs, the tensors, the witness and the sizes.
    """
    first, second = (write_program(program) for program in sides)
    found = {
        "proved by": proving,
        "refuted by": refuting,
        "first": first,
        "second": second,
        "tensors": list(tensors),
        "witness": None if witness is None else witness.to_json(),
        "sizes": None if sizes is None else dict(sizes),
    }
    message = f"{proving} proves what {refuting} refutes"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="symgrad-contradiction-", suffix=".json", delete=False, encoding="utf-8"
        ) as file:
            json.dump(found, file, indent=2, ensure_ascii=False)
    except OSError as error:
        return Contradiction(f"{message}; the programs could not be written to a file: {error}", "")
    return Contradiction(f"{message}; the programs and the point are in {file.name}", file.name)
