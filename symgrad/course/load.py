"""Reads problem files. Everything that is wrong with a file is said at once, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from symgrad.course.checks import collected
from symgrad.course.form import MISTAKE, PART, PROBLEM, PUBLISHED, STATED, TENSORS, Form
from symgrad.course.kinds import ASKS, check_part, kind
from symgrad.course.kinds.kind import Kind
from symgrad.course.problem import RELEASES, Mistake, Part, Problem, Published, Setting
from symgrad.course.question import read_answer
from symgrad.course.toml_places import Path, read_toml
from symgrad.errors import ReadingError, SymgradError, UsageError
from symgrad.files import read_text
from symgrad.language.program import Program
from symgrad.language.read import read_program
from symgrad.language.reading.vocabulary import canonical_spelling
from symgrad.language.walk import walk_statements

FORMAT = 1
"""The format number of problem files."""

SUFFIX = ".toml"


def load_problem(name: str | FilePath, folder: str | FilePath | None = None, *, answers: bool = True) -> Problem:
    """The problem of this name, or of this file.

    Args:
        name: a name as `problem_names` gives it, or the path of a `.toml` file.
        folder: a folder with problems of one's own; they come before shipped ones of the same name.
        answers: whether to look if answers, derivations and documents' wordings can be read. That takes most of the
            time, and is not needed where nobody asks for them.

    Raises:
        UsageError: there is no such problem, with the closest names; or the file cannot be read.
        ReadingError: the file is no problem file, with everything that is wrong with it.
    """
    if not isinstance(name, str | FilePath):
        raise UsageError(f"a problem is named by text or by the path of its file, not by {name!r}")
    if isinstance(name, FilePath) or name.endswith(SUFFIX):
        return read_problem(read_text(name), FilePath(name).stem, str(name), answers=answers)
    homes = _homes(folder)
    if name in homes:
        home = homes[name]
        if isinstance(home, FilePath):
            return read_problem(read_text(home), name, str(home), answers=answers)
        return read_problem(home.read_text(encoding="utf-8"), name, home.name, answers=answers)
    close = get_close_matches(name, list(homes), 1)
    known = f"known are {', '.join(homes) or 'none'}"
    raise UsageError(f"there is no problem {name!r}", hint=f"did you mean {close[0]}? {known}" if close else known)


def problem_names(folder: str | FilePath | None = None) -> tuple[str, ...]:
    """The names of the shipped problems and of those in a folder, in the order of the alphabet.

    Raises UsageError if the folder is none.
    """
    return tuple(_homes(folder))


def read_problem(text: str, name: str, file: str = "", *, answers: bool = True) -> Problem:
    """The problem that the text of a problem file states; `name` is the problem's, `file` what errors call the text.

    Without `answers` these, derivations and documents' wordings are not looked at.

    Raises ReadingError with all that is wrong.
    """
    document = read_toml(text, file or name)
    form = Form(document, answers)
    found = form.table((), PROBLEM, "a problem")
    if found.get("format", FORMAT) != FORMAT:
        form.say(("format",), f"format {found['format']} is not known", f"this version reads format {FORMAT}")
    setting = _setting(form, found, name)
    if setting is not None and answers:
        _check_stated(form, setting)
    parts = [_part(form, setting, ("part", at), found) for at in range(len(found.get("part", ())))]
    _check_ids(form, found.get("part", ()))
    form.chosen(("release",), found.get("release"), RELEASES, "{} is no step of release")
    if form.findings or setting is None:
        raise ReadingError("", findings=form.sorted(), source=document.source, name=document.name)
    return Problem(setting, tuple(part for part in parts if part is not None))


def _setting(form: Form, found: dict[str, Any], name: str) -> Setting | None:
    """What the parts share; None where the forward program is missing or cannot be read."""
    forward = _forward(form, (), found, found) if "forward" in found else _empty(form)
    if forward is None:
        return None
    aliases = {spelling: _spelled(name, forward) for spelling, name in found.get("aliases", {}).items()}
    for spelling, tensor in aliases.items():
        path: Path = ("aliases", spelling)
        if not spelling[:1].isalpha():
            form.say(path, f"{spelling!r} is no spelling of a tensor", "a spelling begins with a letter")
        form.chosen(path, tensor, tuple(forward.tensor_named), "the forward program has no tensor {}")
    average = found.get("average")
    form.chosen(("average",), average, tuple(forward.index_named), "the forward program has no index {}")
    return Setting(
        name=name,
        title=found.get("title", ""),
        forward=forward,
        source=found.get("source", ()),
        text=found.get("text", ""),
        aliases=MappingProxyType(aliases),
        average=average if average in forward.index_named else None,
        release=found.get("release", RELEASES[0]),
        capital_sums=found.get("capital_sums", False),
        stated=tuple(_stated(form, ("stated", at)) for at in range(len(found.get("stated", ())))),
    )


def _empty(form: Form) -> Program | None:
    """The forward program of a problem that states none; None where one of its parts needs one."""
    parts = form.value(("part",))
    asks = [part.get("ask") for part in parts if "forward" not in part] if isinstance(parts, list) else [None]
    if any(ask not in ASKS or kind(ask).needs_forward for ask in asks):
        form.say((), "a problem needs the key 'forward': a text")
        return None
    return Program()


def _spelled(name: str, forward: Program, aliases: Mapping[str, str] | None = None) -> str:
    """The forward program's name for a tensor that is spelled so; `name` itself where it has none."""
    for spelling in (name, canonical_spelling(name), (aliases or {}).get(name, "")):
        if spelling in forward.tensor_named:
            return spelling
    return name


def _forward(form: Form, path: Path, found: Mapping[str, Any], shared: Mapping[str, Any]) -> Program | None:
    """The forward program of the table at a path, read with the problem's spellings; None where it cannot be."""
    try:
        return read_program(
            found["forward"], aliases=shared.get("aliases"), capital_sums=shared.get("capital_sums", False)
        )
    except SymgradError as error:
        form.findings += form.document.moved((*path, "forward"), error.findings)
        return None


def _part(form: Form, setting: Setting | None, path: Path, shared: Mapping[str, Any]) -> Part | None:
    """A part, its texts read against the forward program; None where there is none of these."""
    ask = form.value((*path, "ask"))
    question = kind(ask) if ask in ASKS else None
    found = form.table(path, PART | dict(question.keys) if question else PART, "a part")
    mistakes = [_mistake(form, (*path, "mistake", at)) for at in range(len(found.pop("mistake", ())))]
    published = [_published(form, (*path, "published", at)) for at in range(len(found.pop("published", ())))]
    _check_names(form, path, mistakes)
    form.chosen((*path, "ask"), found.get("ask"), ASKS, "{} is no question that can be asked")
    if "forward" in found:
        setting = _own_setting(form, setting, path, found, shared)
    if setting is None or question is None:
        return None
    _check_meaning(form, path, question, found)
    for key, meaning in (PART | dict(question.keys)).items():
        if meaning is TENSORS and key in found:
            found[key] = tuple(_spelled(name, setting.forward, setting.aliases) for name in found[key])
    sound = _fits_forward(form, setting, path, found)
    known = {key: value for key, value in found.items() if sound or key not in ("statements", "wrt")}
    part = Part(
        setting,
        **{"id": "", **{key: value for key, value in known.items() if key in PART and key != "forward"}},
        mistakes=tuple(mistakes),
        published=tuple(published),
        more=MappingProxyType({key: value for key, value in known.items() if key not in PART}),
    )
    _check_sources(form, path, part)
    if form.answers:
        check_part(form, path, part, question, sound)
    return part


def _own_setting(
    form: Form, setting: Setting | None, path: Path, found: Mapping[str, Any], shared: Mapping[str, Any]
) -> Setting | None:
    """The problem's setting with the forward program of a part."""
    forward = _forward(form, path, found, shared)
    if setting is None or forward is None:
        return None
    aliases = {spelling: name for spelling, name in setting.aliases.items() if name in forward.tensor_named}
    average = shared.get("average")
    return replace(
        setting,
        forward=forward,
        aliases=MappingProxyType(aliases),
        average=average if average in forward.index_named else None,
        stated=(),
    )


def _check_meaning(form: Form, path: Path, question: Kind, found: Mapping[str, Any]) -> None:
    """Whether no key stands there that means nothing for the question."""
    for name in ("statements", "wrt", "derivation"):
        if name in found and name not in question.uses:
            form.say((*path, name), f"{name} has no meaning where the part {question.words}")


def _check_sources(form: Form, path: Path, part: Part) -> None:
    """Whether a part's documents, and those of its published answers, are documents of the problem."""
    known = part.setting.source
    for name in part.source or ():
        form.chosen((*path, "source"), name, known, "the problem has no source {}")
    for at, printed in enumerate(part.published):
        documents = known if part.source is None else part.source
        if printed.source and (documents or part.source is not None):
            form.chosen((*path, "published", at, "source"), printed.source, documents, "the part has no source {}")


def _mistake(form: Form, path: Path) -> Mistake:
    found = form.table(path, MISTAKE, "a mistake")
    return Mistake(found.get("name", ""), found.get("answer", ""), found.get("feedback", ""))


def _published(form: Form, path: Path) -> Published:
    found = form.table(path, PUBLISHED, "a published answer")
    return _printed(form, path, found, found.get("answer", ""))


def _stated(form: Form, path: Path) -> Published:
    found = form.table(path, STATED, "a document's wording")
    return _printed(form, path, found, found.get("forward", ""))


def _printed(form: Form, path: Path, found: Mapping[str, Any], text: str) -> Published:
    verdict = found.get("verdict")
    form.chosen((*path, "verdict"), verdict, ("proved", "refuted"), "{} is no verdict on a published answer")
    return Published(text, verdict or "", found.get("source", ""), found.get("note", ""))


def _check_stated(form: Form, setting: Setting) -> None:
    """Whether the documents' wordings of the forward program can be read, and come from documents of the problem."""
    asked = Part(setting, id="", ask="show")
    for at, printed in enumerate(setting.stated):
        path: Path = ("stated", at)
        if printed.source:
            form.chosen((*path, "source"), printed.source, setting.source, "the problem has no source {}")
        if printed.answer:
            collected(form, (*path, "forward"), lambda: read_answer(asked, printed.answer), False)  # noqa: B023 - called at once


def _check_names(form: Form, path: Path, mistakes: list[Mistake]) -> None:
    names: set[str] = set()
    for at, mistake in enumerate(mistakes):
        if mistake.name and mistake.name in names:
            form.say((*path, "mistake", at, "name"), f"two mistakes have the name {mistake.name!r}")
        names.add(mistake.name)


def _check_ids(form: Form, parts: Sequence[Mapping[str, Any]]) -> None:
    """Every part has a name of its own; the first one may do without."""
    seen: set[str] = set()
    for at, part in enumerate(parts):
        id = part.get("id")
        if id is None and at:
            form.say(("part", at), "a part behind others needs the key 'id'", 'name it, as in id = "a"')
        if not isinstance(id, str) or not id.strip():
            continue
        if not id.replace("-", "").replace("_", "").isalnum():
            form.say(("part", at, "id"), f"{id!r} is no name of a part", "use letters, digits and -")
        elif id in seen:
            form.say(("part", at, "id"), f"two parts have the id {id!r}")
        seen.add(id)


def _fits_forward(form: Form, setting: Setting, path: Path, found: Mapping[str, Any]) -> bool:
    """Whether the statements and tensors that a part names are there."""
    before = len(form.findings)
    count = sum(1 for _ in walk_statements(setting.forward.body))
    for number in found.get("statements", ()):
        if not 1 <= number <= count:
            form.say((*path, "statements"), f"there is no statement {number}", f"the forward program has {count}")
    known = tuple(setting.forward.tensor_named)
    for key in ("wrt", "welcome"):
        for name in found.get(key, ()):
            form.chosen((*path, key), name, known, "the forward program has no tensor {}")
    return len(form.findings) == before


def _homes(folder: str | FilePath | None) -> dict[str, Traversable | FilePath]:
    """Where each problem's file is, by the problem's name."""
    found: dict[str, Traversable | FilePath] = {file.name: file for file in _shipped().iterdir()}
    if folder is not None:
        found |= {file.name: file for file in _own(FilePath(folder))}
    named = {file.removesuffix(SUFFIX): home for file, home in found.items() if file.endswith(SUFFIX)}
    return {name: named[name] for name in sorted(named)}


def _shipped() -> Traversable:
    """The folder of shipped problems: an installed package, or in a tree of sources the folder beside the package."""
    try:
        return files("symgrad.problems")
    except ModuleNotFoundError:
        return FilePath(__file__).parents[2] / "problems"


def _own(folder: FilePath) -> Iterator[FilePath]:
    try:
        yield from folder.iterdir()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read the folder {str(folder)!r}: {reason}") from error
