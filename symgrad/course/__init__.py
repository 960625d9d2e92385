"""Problems of a course: files that state them, what is derived and proved of them, worked solutions."""

from symgrad.course.explicit import explicit_matrix
from symgrad.course.load import load_problem, problem_names
from symgrad.course.problem import Mistake, Part, Problem, Published, Setting
from symgrad.course.solution import Solution
from symgrad.course.solve import solve
from symgrad.course.verify import Row, verify

__all__ = [
    "Mistake",
    "Part",
    "Problem",
    "Published",
    "Row",
    "Setting",
    "Solution",
    "explicit_matrix",
    "load_problem",
    "problem_names",
    "solve",
    "verify",
]
