"""Claims beyond rectangular loops: affine subscripts, ranges that depend on indices, integer tensors, time.

Each claim is two programs that compute the same, with edits of the second one after which they do not, and with what
the provers are expected to say. The lists stand in modules of `tests/forms/`; to add a claim, add its entry there.
Some edits look like mistakes and are none, such as a range that is left out where the summand is zero
outside of it: these stand in `also`.
"""

from __future__ import annotations

from tests.forms.claim import PROVED, UNKNOWN, RangeClaim
from tests.forms.claims_left_open import LEFT_OPEN
from tests.forms.claims_of_attention import ATTENTION
from tests.forms.claims_of_cells import CELLS_OVER_TIME
from tests.forms.claims_of_labels import LABELS
from tests.forms.claims_of_ranges import POOLING, RANGES
from tests.forms.claims_of_time import RECURRENCES, SUMS
from tests.forms.claims_of_windows import CONVOLUTIONS

__all__ = ["CLAIMS", "PROVED", "UNKNOWN", "RangeClaim"]

CLAIMS: list[RangeClaim] = [
    *CONVOLUTIONS,
    *POOLING,
    *RANGES,
    *ATTENTION,
    *LABELS,
    *SUMS,
    *RECURRENCES,
    *CELLS_OVER_TIME,
    *LEFT_OPEN,
]
"""All claims."""
