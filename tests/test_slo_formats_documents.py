"""Reading SLO files as text: broken, huge and hostile files end in one finding with its place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.slo.formats import load
from router.slo.formats.document import SIZE_LIMIT, read
from router.slo.formats.notes import Notes

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = [
    pytest.param("a: [1, 2", "2:1: not readable as YAML", id="an open list"),
    pytest.param("a: 1\n\tb: 2\n", "2:1: not readable as YAML", id="a tab for indentation"),
    pytest.param("x" * (SIZE_LIMIT + 1), "1:1: the file is larger than 1 MiB", id="too large"),
    pytest.param("[" * 100 + "]" * 100, "1:65: nested deeper than 64 levels", id="too deep"),
    pytest.param(BOMB, "aliases multiply into too many values", id="a billion laughs"),
    pytest.param("a: &a [*a]", "aliases multiply into too many values", id="an alias of itself"),
    pytest.param("a: &a 1\nb: [" + ", ".join(["*a"] * 300) + "]", "2:1029: more than 256 aliases", id="many aliases"),
    pytest.param("a: !!python/object/apply:os.system [x]", "1:4: the tag", id="a tag of Python"),
    pytest.param("a: !!python/name:os.system", "not readable as YAML", id="a scalar tag of Python"),
    pytest.param("? [a]\n: b\n", "1:3: a key is not plain text", id="a list as a key"),
    pytest.param("just text", "1:1: this is no SLO object", id="text"),
    pytest.param("kind: SLO", "1:1: neither apiVersion nor version says what this is", id="no version"),
    pytest.param("apiVersion: openslo/v9\nkind: SLO", "1:1: the version 'openslo/v9' is not supported", id="version"),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_an_unusable_file_is_one_severe_finding(text: str, problem: str) -> None:
    """It says where and what, and nothing of the file is run."""
    loaded = load(text, "x.yaml", "prometheus")
    assert loaded.objectives == ()
    assert any(problem in str(finding) and finding.severe for finding in loaded.findings), loaded.findings


@pytest.mark.parametrize("text", ["", "---\n", "# only a comment\n", "\ufeff"])
def test_an_empty_file_is_no_mistake(text: str) -> None:
    """It holds nothing."""
    loaded = load(text, "x.yaml", "prometheus")
    assert (loaded.objectives, loaded.findings) == ((), ())


def test_other_objects_beside_slos_are_passed_over() -> None:
    """A Kubernetes object in the same file is a warning."""
    loaded = load("apiVersion: v1\nkind: ConfigMap\n", "x.yaml", "prometheus")
    assert [(each.problem, each.severe) for each in loaded.findings] == [
        ("ConfigMap of 'v1' is no SLO, ignored", False)
    ]


def test_merge_keys_and_places() -> None:
    """`<<` is what safe_load makes of it, own keys win, and every value knows its place."""
    notes = Notes()
    (item,) = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n", "x.yaml", notes)
    used = item.get("use")
    assert used is not None
    assert {key: value.value for key, value in used.value.items()} == {"x": 1, "y": 3}
    assert (used.place.line, used.place.column) == (3, 3)
    assert notes.findings() == ()


def test_a_key_that_stands_twice_is_noted() -> None:
    """The last one counts, as in YAML; the reader may have meant the first."""
    notes = Notes()
    (item,) = read("a: 1\na: 2\n", "x.yaml", notes)
    assert item.text("a") == "2"
    assert [str(each) for each in notes.findings()] == [
        "x.yaml:2:1: the key 'a' stands twice; keep one; the last one counts"
    ]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_makes_loading_raise(text: str) -> None:
    """Whatever a file holds, loading ends in findings."""
    assert load(text, "x.yaml", "prometheus").objectives == ()


# fmt: off
KEYS = [
    "metadata", "name", "spec", "objectives", "target", "objective", "slos", "sli", "events", "indicator",
    "ratio", "total", "errors", "metric", "timeWindow", "duration", "calendar", "alertPolicies", "ratioMetric",
    "good", "bad", "metricSource", "query", "labels", "annotations", "window", "service", "conditions",
    "condition", "threshold", "op", "value", "latency", "success", "grouping", "timeWindows",
]
# fmt: on
SPEC = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text("abz:/%{}. ", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)
VERSIONS = ["openslo/v1", "openslo/v1alpha", "pyrra.dev/v1alpha1", "prometheus/v1"]


@settings(max_examples=300, deadline=None)
@given(version=st.sampled_from(VERSIONS), body=st.dictionaries(st.sampled_from(["spec", "slos", "service"]), SPEC))
def test_no_shape_makes_loading_raise(version: str, body: dict[str, object]) -> None:
    """Every field of every format may be of any type."""

    key = "version" if version.startswith("prometheus") else "apiVersion"
    whole = {key: version, "kind": "SLO", "metadata": {"name": "x", "labels": body.get("spec")}} | body
    loaded = load(json.dumps(whole), "x.json", "prometheus")
    assert all(finding.line >= 1 and finding.column >= 1 and finding.mend for finding in loaded.findings)
