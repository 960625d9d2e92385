"""The command line: what it prints, its exit codes, and that no input brings a traceback."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symgrad import __version__, cli
from symgrad.language.read import read_program

ROOT = Path(__file__).parent.parent
SOFTMAX = ROOT / "problems" / "softmax.loops"

BACKWARD = [
    "for b, j: s.grad[b, j] += p.grad[b, j] exp(s[b, j])/Z[b]",
    "for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2",
    "for b, j: s.grad[b, j] += Z.grad[b] exp(s[b, j])",
]


def symgrad(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "symgrad.cli", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment, **options)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """The command in this process: run(words..., text=...) -> (exit code, output, errors)."""

    def run(*words: object, text: str | bytes | None = None) -> tuple[int, str, str]:
        if text is not None:
            path = tmp_path / "given.loops"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            words = (words[0], path, *words[1:])
        code = cli.main(list(map(str, words)))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


def test_derive_prints_the_backward_loops_in_order_and_the_check():
    done = symgrad("derive", SOFTMAX)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if ".grad" in line and line.startswith("for")] == BACKWARD
    assert lines[0] == "# forward"
    assert lines.index("# backward") < lines.index(BACKWARD[0])
    assert "s.grad" in lines[-1]
    assert done.stderr == ""


def test_the_loops_that_are_printed_can_be_read_again(run):
    _, out, _ = run("derive", SOFTMAX)
    assert read_program(out.split("# backward")[0]).body == read_program(SOFTMAX.read_text(encoding="utf-8")).body


def test_json_is_one_object_with_readable_programs(run):
    code, out, err = run("derive", SOFTMAX, "--json")
    found = json.loads(out)
    assert (code, err, found["format"]) == (0, "", 1)
    forward = read_program(found["forward"])
    backward = read_program(found["plain"], context=forward)
    assert len(forward.body) == 2
    assert len(backward.body) == 3
    assert found["check"]["ok"] is True


def test_a_program_comes_from_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"y = x^2")))
    code, out, _ = run("derive", "-")
    assert code == 0
    assert "x.grad += 2 y.grad x" in out


def test_options_choose_what_is_derived(run):
    text = "index b in B, i in I, j in J\ninput x[b, i]\nparam W[j, i]\nfor b, j, i: y[b, j] += W[j, i] x[b, i]\n"
    _, out, _ = run("derive", "--wrt", "W", text=text)
    assert "W.grad[j, i] +=" in out
    assert "x.grad[b, i] +=" not in out
    _, out, _ = run("derive", "--wrt", "W", "--average", "b", text=text)
    assert "1/B" in out


@pytest.mark.parametrize("style", ["unicode", "latex"])
def test_styles(run, style):
    code, out, _ = run("derive", SOFTMAX, "--style", style)
    assert code == 0
    assert BACKWARD[0] not in out or style == "unicode"
    assert "\\" in out if style == "latex" else "\\" not in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("index b in B\ninput s[b]\nfor b: Z += t[b]\n", "3:13"),  # an unknown tensor
        ("for b: Z[b] += (s[b]\n", "1:"),  # an open bracket
        ("input s[b]\nfor b: s[b] += 1\n", "2:8"),  # writes an input
        ("\x00\n", "1:1"),
        ("for b: Z[b] += " + "(" * 5000 + "s[b]" + ")" * 5000, "1:"),
        ("for b: Z[b] += s[b]^" + "9" * 100, "1:"),
    ],
)
def test_a_bad_program_is_refused_with_its_place(run, text, said):
    code, out, err = run("derive", text=text)
    assert (code, out) == (2, "")
    assert said in err
    assert "^" in err


def test_an_error_is_an_object_where_json_is_wanted(run):
    code, out, err = run("derive", "--json", text="for b: Z[b] += (s[b]\n")
    assert code == 2
    assert json.loads(out)["error"][0]["line"] == 1
    assert "^" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"\xff\xfe\x00", "UTF-8"), (b"# ok\n\xe9", "line 2"), (b"#" * (2 << 20), "longer"), ("", ""), ("# only\n", "")],
)
def test_a_file_without_a_program_is_refused(run, text, said):
    code, out, err = run("derive", text=text)
    assert (code, out) == (2, "")
    assert said in err
    assert err


def test_a_file_that_cannot_be_read_is_refused(run, tmp_path):
    for path in (tmp_path / "missing.loops", tmp_path, "a\0b"):
        code, out, err = run("derive", path)
        assert (code, out) == (2, "")
        assert "cannot read" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--wrt", "q"], "q"),
        (["--of", "s.grad"], "s.grad"),
        (["--average", "q"], "q"),
    ],
)
def test_a_call_that_does_not_fit_the_program_is_refused(run, words, said):
    code, _, err = run("derive", SOFTMAX, *words)
    assert code == 2
    assert said in err


@pytest.mark.parametrize("words", [[], ["nonsense"], ["derive", "x", "--style", "ascii"], ["derive", "x", "--seed"]])
def test_bad_usage_exits_with_2(words, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(words)
    assert stop.value.code == 2
    assert "usage: symgrad" in capsys.readouterr().err


def test_tensors_are_named_one_an_option_before_or_behind_the_file(run):
    text = "for b: y[b] += x[b] w[b]"
    for words in ([], ["--wrt", "x"], ["--wrt", "x", "--wrt", "w"]):
        code, out, _ = run("derive", *words, text=text)
        assert code == 0
        assert out.count("grad[b] +=") == (len(words) // 2 or 2)
    assert run("derive", "--wrt", "s", SOFTMAX)[0] == run("derive", SOFTMAX, "--wrt", "s")[0] == 0


def test_how_an_unclear_spelling_was_read_is_remarked(run):
    code, out, _ = run("derive", text="for b: y[b] += 1/2x[b]")
    assert code == 0
    assert "# remark: line 1: 1/2x is (1/2) x" in out
    _, out, _ = run("derive", "--json", text="for b: y[b] += 1/2x[b]")
    assert json.loads(out)["remarks"][0].startswith("line 1: 1/2x is (1/2) x")


def test_an_error_inside_is_said_without_a_traceback(run, monkeypatch):
    def broken(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("at the heart")

    monkeypatch.setattr("symgrad.calculus.vjp", broken)
    code, _, err = run("derive", SOFTMAX)
    assert code == 1
    assert "internal error: ZeroDivisionError: at the heart" in err


def test_a_derivation_that_the_numbers_contradict_is_an_internal_error(run, monkeypatch):
    from symgrad.calculus import vjp

    def slipped(*args: object, **options: object) -> object:
        from dataclasses import replace

        backward = vjp(*args, **options)
        return replace(backward, body=backward.body[:-1])

    monkeypatch.setattr("symgrad.calculus.vjp", slipped)
    code, out, err = run("derive", SOFTMAX, "--json")
    assert code == 1
    assert "internal error" in err
    assert json.loads(out)["check"]["ok"] is False


def test_a_derivation_that_cannot_be_checked_is_not_called_checked(run):
    code, out, err = run("derive", "--json", text="input x\ny = log(-1 - x^2)\n")
    assert code == 3
    assert "not checked" in err
    found = json.loads(out)
    assert "x.grad" in found["plain"]
    assert found["check"]["ok"] is None


GRADIENT = """for b, j: e[b] -= p[b, j] p.grad[b, j]
for b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] + e[b])
"""


@pytest.fixture
def files(tmp_path):
    """Writes texts to files: files(name=text, ...) -> their paths."""

    def write(**texts: str) -> list[Path]:
        paths = []
        for name, text in texts.items():
            paths.append(tmp_path / f"{name}.loops")
            paths[-1].write_text(text, encoding="utf-8")
        return paths

    return write


def test_prove_says_what_is_proved(run, files):
    first, second = files(first="\n".join(BACKWARD), second=GRADIENT)
    code, out, err = run("prove", first, second, "--forward", SOFTMAX)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "proved: s.grad, for all sizes B, J"


def test_prove_shows_where_two_programs_differ(run, files):
    first, second = files(first="\n".join(BACKWARD), second=GRADIENT.replace("-=", "+="))
    code, out, err = run("prove", first, second, "--forward", SOFTMAX)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "refuted: s.grad",
        "  values that certainly differ",
        "  at B = 2, J = 1",
        "    s      = [[0], [0]]",
        "    p.grad = [[1], [0]]",
        "  s.grad[0, 0]: 0 by the first, 2 by the second",
    ]


def test_prove_prints_one_object(run, files):
    first, second = files(first="\n".join(BACKWARD), second=GRADIENT)
    code, out, _ = run("prove", first, second, "--forward", SOFTMAX, "--for", "s.grad", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["format"] == 1
    assert found["verdict"] == "proved"
    assert found["compared"] == ["s.grad"]
    assert found["witness"] is None
    code, out, _ = run("prove", first, second, "--forward", SOFTMAX, "--for", "Z.grad", "--json")
    found = json.loads(out)
    assert (code, found["verdict"]) == (1, "refuted")
    assert found["witness"]["tensor"] == "Z.grad"


def test_a_witness_is_replayed(run, files, tmp_path):
    first, second = files(first="\n".join(BACKWARD), second=GRADIENT.replace("-=", "+="))
    code, printed, _ = run("prove", first, second, "--forward", SOFTMAX, "--json")
    assert code == 1
    witness = tmp_path / "witness.json"
    witness.write_text(printed, encoding="utf-8")
    code, out, err = run("prove", first, second, "--forward", SOFTMAX, "--witness", str(witness))
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[:4] == ["at B = 2, J = 1", "  s      = [[0], [0]]", "  p.grad = [[1], [0]]", "what both begin with"]
    assert lines[-3:] == [
        "s.grad[0, 0]  0      2       -2  differs",
        "s.grad[1, 0]  0      0       0",
        "refuted: 1 of 2 cells differ",
    ]
    code, out, _ = run("prove", first, first, "--forward", SOFTMAX, "--witness", str(witness), "--json")
    assert (code, json.loads(out)["refutes"]) == (3, False)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"witness": null}', "nonsense"])
def test_a_witness_that_cannot_be_used_is_bad_usage(run, files, tmp_path, text):
    first, second = files(first="y = x + x", second="y = 3 x")
    witness = tmp_path / "witness.json"
    witness.write_text(text, encoding="utf-8")
    code, out, err = run("prove", first, second, "--witness", str(witness))
    assert (code, out) == (2, "")
    assert err.startswith("symgrad: th")
    assert run("prove", first, second, "--witness", str(tmp_path / "missing"))[0] == 2


def test_prove_runs_an_untimely_read_as_it_is_written_and_says_so(run, files):
    first, second = files(first=GRADIENT, second="\n".join(reversed(GRADIENT.splitlines())))
    code, out, _ = run("prove", first, second, "--forward", SOFTMAX)
    assert code == 1
    remark = out.splitlines()[-1]
    assert remark.startswith(f"remark: {second}:1:")
    assert "e[b] is read before any statement writes it" in remark


def test_prove_leaves_undecided_what_it_can_neither_prove_nor_refute(run, files):
    first, second = files(first="y = log(-1 - x^2)", second="y = log(-1 - x^2)")
    code, out, _ = run("prove", first, second)
    assert code == 3
    assert out.startswith("unknown: y\n")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("y = (x", "y = x", "1:5"),
        ("y = x", "for b: y[b, k] += x[b]", "no loop binds the index k"),
        ("y = x", "z = x", "no tensor is written by both programs"),
        ("y = x", "", "the program has no statement"),
    ],
)
def test_programs_that_cannot_be_compared(run, files, first, second, said):
    code, out, err = run("prove", *files(first=first, second=second))
    assert (code, out) == (2, "")
    assert said in err


def test_prove_refuses_names_it_does_not_know(run, files):
    first, second = files(first=GRADIENT, second=GRADIENT)
    code, _, err = run("prove", first, second, "--forward", SOFTMAX, "--for", "s.gard")
    assert code == 2
    assert "did you mean s.grad?" in err
    assert run("prove", first, first.with_name("missing.loops"))[0] == 2


@pytest.mark.parametrize("budget", ["0", "-1", "nan", "inf", "soon"])
def test_a_budget_is_a_number_of_seconds(files, budget, capsys):
    first, second = files(first="y = x", second="y = x")
    with pytest.raises(SystemExit) as stop:
        cli.main(["prove", str(first), str(second), f"--budget={budget}"])
    assert stop.value.code == 2
    assert "--budget" in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"symgrad {__version__}\n"


def test_start_up_imports_little():
    """Neither help nor a small derivation pays for NumPy or SymPy, nor help for the grammar."""
    code = "import sys; from symgrad.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
    code += "print([m for m in ('numpy', 'sympy', 'lark', 'symgrad.language') if m in sys.modules], file=sys.stderr)"
    loaded = []
    for words in (["--help"], ["derive", str(SOFTMAX)]):
        command = [sys.executable, "-c", code, *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, timeout=60)
        loaded.append(done.stderr.splitlines()[-1])
    assert loaded[0] == "[]"
    assert "numpy" not in loaded[1]
    assert "sympy" not in loaded[1]


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes and signals")
def test_a_reader_that_goes_away_leaves_no_traceback():
    done = subprocess.run(
        f"{sys.executable} -m symgrad.cli derive {SOFTMAX} --json | true",
        shell=True,
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes and signals")
def test_an_interrupt_leaves_no_traceback():
    command = [sys.executable, "-m", "symgrad.cli", "derive", "-"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a job in the background ignores it
    )
    time.sleep(1.0)  # it waits for its input by then
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 130


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_is_no_error(encoding):
    done = symgrad("derive", ROOT / "problems" / "batchnorm.loops", env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr


def test_costs_of_programs_stand_side_by_side(tmp_path, capsys):
    by_hand = tmp_path / "by-hand.loops"
    by_hand.write_text("for b, j: s.grad[b, j] += p[b, j] p.grad[b, j]\n", encoding="utf-8")
    assert cli.main(["cost", str(by_hand), "--forward", str(SOFTMAX), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["programs"]
    assert found["total"]["text"] == "2 B J"
    assert found["span"]["tree"]["text"] == "2"
    by_hand.write_text("for b: c += s[b, k]\n", encoding="utf-8")
    assert cli.main(["cost", str(by_hand), "--forward", str(SOFTMAX)]) == 2
    assert "no loop binds the index k" in capsys.readouterr().err


def test_derive_prints_optimised_loops_with_steps_and_costs(run):
    code, out, _ = run("derive", SOFTMAX, "--optimise")
    assert code == 0
    assert "for b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] - a[b])" in out
    assert "# 1. exp(s[b, j]) = Z[b] p[b, j]: this is the definition of p solved for it." in out
    assert out.index("# backward, optimised") < out.index("# steps") < out.index("# cost\n")
    code, out, _ = run("derive", SOFTMAX, "--optimise", "--saved", "p", "--json")
    assert code == 0
    assert json.loads(out)["optimised"]["verdict"]["verdict"] == "proved"


def test_saved_tensors_go_with_optimise(run):
    code, _, err = run("derive", SOFTMAX, "--saved", "p")
    assert code == 2
    assert "--saved goes with --optimise" in err
