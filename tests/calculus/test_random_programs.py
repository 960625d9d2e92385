"""Property: the derived gradients of random legal programs agree with numeric derivatives."""

from hypothesis import HealthCheck, assume, given, reject, settings

from symgrad.calculus import vjp
from symgrad.calculus.activity import differentiable
from symgrad.errors import UsageError
from symgrad.evaluate import check_gradients
from symgrad.language.dependence import output_names
from symgrad.language.legality import findings
from symgrad.language.program import Program
from tests.strategies import programs


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_derived_is_finite_differences(program: Program) -> None:
    assume(not findings(program) and differentiable(program) and output_names(program))
    backward = vjp(program)
    assert not findings(backward)
    try:
        report = check_gradients(program, backward)
    except UsageError:  # it has a value nowhere, as log(-1), or a derivative nowhere, as a maximum of equal cells
        reject()
    assert report.ok, report
