"""Packages and their numbers."""

from conftest import vary

from sim.negotiation.agenda import packages

from .sitting import issue, of_issues


def test_packages_are_numbered_row_major():
    listed = packages(of_issues({"a": issue([0, 1], [1, 0]), "b": issue([0, 0, 1], [1, 0, 0])},
                                [[0.5, 0.5]] * 2).agenda)  # fmt: skip
    assert listed.option.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    assert len(listed) == 6


def test_what_is_not_named_stays_as_it_is():
    listed = packages(vary({}).agenda)
    assert listed.index({}) == 0
    assert listed.describe(listed.index({"border": "open"})) == listed.describe(0) | {
        "border": "open"
    }


def test_packages_are_numbered_from_the_status_quo():
    agenda = vary({}).agenda
    listed = packages(agenda)
    assert listed.describe(0) == {name: issue.options[0] for name, issue in agenda.issues.items()}


def test_a_number_and_a_description_are_the_same_package():
    listed = packages(vary({}).agenda)
    assert all(listed.index(listed.describe(k)) == k for k in range(0, len(listed), 37))


def test_what_is_granted_is_what_differs_from_the_status_quo():
    listed = packages(vary({}).agenda)
    chosen = {"border": "open", "evidence": "dossiers"}
    assert listed.granted(listed.index(chosen)) == chosen
    assert listed.granted(0) == {}
