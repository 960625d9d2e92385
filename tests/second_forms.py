"""Second forms of programs: what an expert writes by hand where a derivation writes what the rules give.

FORMS are backward programs, one file of `tests/forms/` each, that compute the same gradients as the derived ones
of a program of `tests/programs.py` (or of `tests/forms/programs/`). FORWARD_PAIRS are pairs of forward programs
that compute the same outputs. With each stand near misses: small edits of the text after which it is wrong.

The lists stand in modules of `tests/forms/`. To add a form, add its file and its entry in a list. An edit is
(what is wrong, old, new), (what, number of the statement that is left out), or (what, numbers of two statements that
change places).
"""

from __future__ import annotations

from tests.forms.cells import CELLS
from tests.forms.edits import Edit
from tests.forms.form import CASES, Form
from tests.forms.forward import ForwardPair
from tests.forms.layers import LAYERS
from tests.forms.losses import LOSSES
from tests.forms.models import MODELS
from tests.forms.pairs_of_layers import PAIRS_OF_LAYERS
from tests.forms.pairs_of_scores import PAIRS_OF_SCORES

__all__ = ["CASES", "FORMS", "FORWARD_PAIRS", "Edit", "Form", "ForwardPair"]

FORMS: list[Form] = [*LOSSES, *LAYERS, *CELLS, *MODELS]
"""All second forms."""

FORWARD_PAIRS: list[ForwardPair] = [*PAIRS_OF_SCORES, *PAIRS_OF_LAYERS]
"""All pairs of forward programs."""
