"""Pseudo-code as people write it: what is right is found to be right, and what cannot be read is said."""

from __future__ import annotations

import pytest

from symgrad.construct.read import read_construction
from symgrad.errors import ReadingError
from tests.construct.setting import SETTING, examples, judged

RIGHT = examples("right_pseudo_code.txt")

UNREADABLE = [
    ("for t = 1 to T do", "1:1: nothing stands below this heading"),
    ("H[0] = CELL(Phi, X[0], ZERO", "is expected here"),
    ("H = [1, 2", "is expected here"),
    ("for t\n  H[t] = 1", "it is not said what this loop goes over"),
    ("H[0] = CELL(Phi, X[0] ZERO)", "1:23: “,” is expected here"),
    ("end for", "this ends a block that was not begun"),
    ("H = 3.5", "no whole number"),
    ("H = X.value end", "attributes cannot be read here"),
    ("for t = 1 to T {\n  H = []", "no closing brace"),
    ("H ? 3", "means nothing here"),
    ("H = 1 2", "is not expected here"),
    ("   \n\n", "there is nothing here"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_found_right(text):
    assert not read_construction(text, SETTING).strict
    found = judged(text)
    assert found.right, (found.difference, found.mistakes)
    assert found.lengths == "T = 0 .. 12"


@pytest.mark.parametrize(("text", "said"), UNREADABLE)
def test_what_cannot_be_read_is_said(text, said):
    with pytest.raises(ReadingError) as caught:
        read_construction(text, SETTING)
    assert said in str(caught.value)


def test_a_body_that_is_not_indented_is_remarked():
    found = judged("H = []\nH[0] = CELL(Phi,X[0],ZERO)\nfor t in range(1,T+1)\nH[t] = CELL(Phi,X[t],H[t-1])")
    said = [remark.message for remark in found.remarks]
    assert "line 4 is taken for the body of line 3, though nothing is indented" in said
    assert any("in Python it fails" in message for message in said)


def test_indices_are_not_lengths():
    assert judged("H[0] = CELL(Phi, X[0], ZERO)\nfor t = 1 to t\n    H[t] = CELL(Phi, X[t], H[t-1])").right is False
