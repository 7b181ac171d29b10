"""What the coded record promises: every reference resolves and no claim loses its claimant."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from itertools import chain
from statistics import mean, variance

import pytest
from omegaconf import OmegaConf

import sim
from sim import seeds
from sim.paths import data_dir

RECORD = seeds.load()
OPTIONS = {
    "guarantees": {"none", "verbal", "written", "joint_mechanism", "third_party"},
    "custody": {"no_action", "confine", "arrest", "deport", "extradite"},
    "evidence": {"none", "dossiers", "joint_inquiry"},
    "restraint": {"reserved", "prior_notice", "no_strikes"},
    "basing": {"silence", "assurance"},
    "arms": {"tolerated", "ban"},
    "border": {"closed", "partial", "open"},
}
SIDES = {"pakistan", "afghan_taliban"}


# References


def test_events_and_claims_name_each_other():
    from_events = {(name, c) for name, event in RECORD.timeline.items() for c in event.claims}
    from_claims = {(claim.about, name) for name, claim in RECORD.claims.items()}
    # A breakdown belongs to its round, so a claim about it may be listed under both.
    assert from_claims <= from_events
    assert {claim for _, claim in from_events} == set(RECORD.claims)


def test_every_source_named_exists_and_every_source_is_used():
    rates = [node for node in _mappings(RECORD.rates) if "sources" in node]
    named = chain(
        *(event.sources for event in RECORD.timeline.values()),
        *(claim.sources for claim in RECORD.claims.values()),
        *(node["sources"] for node in rates),
    )
    assert set(named) == set(RECORD.sources)


def test_nothing_is_unsourced():
    assert all(entry.sources for entry in RECORD.timeline.values())
    assert all(entry.sources for entry in RECORD.claims.values())
    assert all("sources" in RECORD.rates[part] for part in RECORD.rates if part.isupper())


def test_counter_claims_are_mutual_and_concern_the_same_event():
    for name, claim in RECORD.claims.items():
        if claim.counter_claim is not None:
            counter = RECORD.claims[claim.counter_claim]
            assert (counter.counter_claim, counter.about) == (name, claim.about)
            assert counter.claimant != claim.claimant


def test_every_claim_has_a_known_claimant():
    assert {claim.claimant for claim in RECORD.claims.values()} == set(RECORD.claimants)


def test_both_sides_are_represented():
    sides = [RECORD.claimants[claim.claimant].side for claim in RECORD.claims.values()]
    assert sides.count("pakistan") >= 6
    assert sides.count("afghan_taliban") >= 6


def test_no_claim_counts_as_verified():
    assert {claim.verified_by for claim in RECORD.claims.values()} == {None}


# Dates


def test_nothing_is_known_after_the_record_closes_but_the_scheduled_round():
    late = {name for name, event in RECORD.timeline.items() if event.end > RECORD.frozen_on}
    assert late == {"next_round"}
    assert RECORD.timeline["next_round"].kind == "scheduled_round"
    assert all(claim.date <= RECORD.frozen_on for claim in RECORD.claims.values())
    closes = RECORD.frozen_on.isoformat()
    assert all(source.date <= closes for source in RECORD.sources.values())


def test_no_event_ends_before_it_starts():
    assert all(event.start <= event.end for event in RECORD.timeline.values())


def test_no_claim_precedes_its_event():
    assert all(claim.date >= RECORD.timeline[claim.about].start for claim in RECORD.claims.values())


def test_calendar_of_rounds_in_days_since_the_ceasefire():
    day_zero = seeds.value("timeline.doha_ceasefire.date")
    assert day_zero == date(2025, 10, 19)
    days = {
        name: tuple((day - day_zero).days for day in (event.start, event.end))
        for name, event in RECORD.timeline.items()
        if event.kind in {"round", "sitting", "breakdown", "scheduled_round"}
    }
    assert days == {
        "doha_round": (-1, 0),
        "istanbul_round": (6, 12),
        "istanbul_first_sitting": (6, 9),
        "istanbul_breakdown": (9, 10),
        "istanbul_second_sitting": (11, 12),
        "next_round": (18, 18),
    }


def test_only_events_of_one_day_have_a_date():
    for event in RECORD.timeline.values():
        assert event.date == (event.start if event.start == event.end else None)


# Positions


def test_coded_positions_use_the_names_of_the_agenda():
    for claim in RECORD.claims.values():
        for coded in (claim.coded, claim.coded_up_to):
            for issue, positions in coded.items():
                assert set(positions) <= SIDES
                assert set(positions.values()) <= OPTIONS[issue]


def test_a_coded_position_says_whether_it_is_stated_or_inferred():
    for claim in RECORD.claims.values():
        assert (claim.coded_from in {"stated", "inferred"}) == bool(claim.coded)


def test_the_two_accounts_of_the_custody_question_contradict_each_other_on_both_sides():
    kabul = seeds.value("claims.custody_kabul.coded.custody")
    islamabad = seeds.value("claims.custody_islamabad.coded.custody")
    assert dict(kabul) == {"pakistan": "confine", "afghan_taliban": "deport"}
    assert dict(islamabad) == {"pakistan": "arrest", "afghan_taliban": "no_action"}


def test_islamabads_position_on_custody_is_a_sequence_that_ends_in_its_public_position():
    last = seeds.value("claims.custody_islamabad.coded_up_to.custody.pakistan")
    assert last == "extradite"
    assert sim.load("baseline").accounts.islamabad["custody"].opening["pakistan"] == last


def test_casualty_figures_stay_with_their_claimant():
    assert not any("killed" in field for event in RECORD.timeline.values() for field in vars(event))
    figures = {
        name: claim.figures.get("pakistani_soldiers_killed")
        for name, claim in RECORD.claims.items()
        if claim.about == "border_battle"
    }
    assert figures == {
        "border_battle_islamabad": 23, "border_battle_kabul": 58, "border_battle_newspaper": 23,
    }  # fmt: skip


def test_what_the_newspaper_says_in_its_own_voice_is_laid_to_no_government():
    own = {name for name, claim in RECORD.claims.items() if claim.claimant == "newspaper"}
    assert own == {
        "sanctuary_newspaper", "border_battle_newspaper", "truce_start_newspaper",
        "refusal_newspaper", "resumption_newspaper", "doha_mediator_newspaper",
    }  # fmt: skip
    assert RECORD.claimants["newspaper"].side is None


def test_the_next_round_has_no_place_in_the_record():
    assert RECORD.timeline["next_round"].place is None
    assert sim.load("baseline").calendar.rounds["next_round"].place is None


def test_wording_is_neutral():
    texts = [event.description for event in RECORD.timeline.values()]
    texts += [claim.says for claim in RECORD.claims.values()]
    loaded = re.compile(r"terroris|regime|martyr|unprovoked|puppet|invader|aggress", re.IGNORECASE)
    assert [text for text in texts if loaded.search(text)] == []


# Rates


def test_the_overdispersion_note_follows_from_the_months():
    months = dict(seeds.value("rates.PICSS.2025.attacks_by_month"))
    note = seeds.value("rates.overdispersion")
    assert _dispersion(months) == pytest.approx(note["variance_over_mean"], abs=0.05)
    months.pop("Aug")
    without = note["variance_over_mean_without_august"]
    assert _dispersion(months) == pytest.approx(without, abs=0.05)


def test_survival_anchors_fall_with_age():
    classes = seeds.value("rates.ceasefire_durability")
    for name in (name for name in classes if name.startswith("open")):
        anchors = [classes[name][key] for key in ("S30", "S90", "S365")]
        assert anchors == sorted(anchors, reverse=True)


def test_every_expected_sign_is_plus_or_minus_one():
    assert {sign["sign"] for sign in RECORD.rates["literature_signs"].values()} == {1, -1}


# Paths


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("frozen_on", date(2025, 11, 1)),
        ("rates.PIPS.2024.attacks", 521),
        ("rates.PICSS.2025.attacks_by_month.Aug", 143),
        ("timeline.istanbul_first_sitting.start", date(2025, 10, 25)),
        ("claims.arms_kabul.coded.arms.afghan_taliban", "ban"),
        ("random.demonstration.seeds", (2025,)),
    ],
)
def test_a_path_names_one_value(path, expected):
    assert seeds.value(path) == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "rates.PIPS.2023.attacks",
            "There is no 'rates.PIPS.2023.attacks' in the record: "
            "'rates.PIPS' holds sources, 2022, 2024.",
        ),
        (
            "rates.PICSS.2024.deaths",
            "There is no 'rates.PICSS.2024.deaths' in the record: "
            "'rates.PICSS.2024' holds attacks.",
        ),
        (
            "rates.PIPS.2024.attacks.each",
            "There is no 'rates.PIPS.2024.attacks.each' in the record: "
            "'rates.PIPS.2024.attacks' is a single value.",
        ),
        (
            "",
            "There is no '' in the record: the record holds frozen_on, timeline, claimants, "
            "claims, rates, sources, random.",
        ),
    ],
)
def test_a_path_that_names_nothing_is_answered_in_one_sentence(path, message):
    with pytest.raises(seeds.SeedError) as error:
        seeds.value(path)
    assert str(error.value) == message


def test_a_span_has_no_single_date():
    with pytest.raises(seeds.SeedError, match="holds start, end"):
        seeds.value("timeline.istanbul_round.date")


def test_the_record_cannot_be_changed():
    with pytest.raises(TypeError):
        seeds.value("rates.PIPS")["2024"] = 0


# Configurations


def test_configurations_can_read_the_record():
    seeds.register_resolver()
    seeds.register_resolver()
    config = OmegaConf.create(
        {
            "attacks_per_year": "${seeds:rates.PIPS.2024.attacks}",
            "start": "${seeds:timeline.doha_ceasefire.date}",
            "custody": "${seeds:claims.custody_kabul.coded.custody}",
            "seeds": "${seeds:random.demonstration.seeds}",
        }
    )
    assert OmegaConf.to_container(config, resolve=True) == {
        "attacks_per_year": 521,
        "start": "2025-10-19",
        "custody": {"pakistan": "confine", "afghan_taliban": "deport"},
        "seeds": [2025],
    }


def test_a_configuration_with_a_bad_path_is_told_so():
    seeds.register_resolver()
    config = OmegaConf.create({"attacks": "${seeds:rates.PIPS.1999.attacks}"})
    with pytest.raises(Exception, match=r"There is no 'rates\.PIPS\.1999\.attacks'"):
        _ = config.attacks


def test_every_path_in_a_shipped_configuration_exists():
    configs = "".join(file.read_text() for file in data_dir("configs").rglob("*.yaml"))
    paths = set(re.findall(r"\$\{seeds:([\w.]+)\}", configs))
    assert [path for path in sorted(paths) if seeds.value(path) is None] == []


def test_reading_the_record_is_quick():
    script = "import sys, sim.seeds; print([m for m in sys.modules if m in {'pandas', 'numpy'}])"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


# Malformed files


def test_a_misspelt_field_is_named(tmp_path, monkeypatch):
    (tmp_path / "random.yaml").write_text("first: {purpose: A test., seed: [1]}\n")
    monkeypatch.setattr(seeds, "data_dir", lambda name: tmp_path)
    with pytest.raises(seeds.SeedError, match=r"Entry 'first' of seeds/random\.yaml .*'seed'"):
        seeds._entries("random", seeds._read("random"), seeds.SeedList)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [1\n", r"random\.yaml, line 2: .*\."),
        ("- 1\n", r"seeds/random\.yaml is not a mapping of entries\."),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch, content, message):
    (tmp_path / "random.yaml").write_text(content)
    monkeypatch.setattr(seeds, "data_dir", lambda name: tmp_path)
    with pytest.raises(seeds.SeedError, match=message):
        seeds._read("random")


# Random seeds


def test_no_random_seed_occurs_twice():
    every = [seed for entry in RECORD.random.values() for seed in entry.seeds]
    assert len(every) == len(set(every))


def test_every_seed_list_states_its_purpose():
    assert all(entry.purpose.endswith(".") and entry.seeds for entry in RECORD.random.values())


def test_seed_lists_are_found_by_name():
    assert len(seeds.seed_list("groups")) == 24
    with pytest.raises(seeds.SeedError, match="There is no seed list 'group': choose one of demo"):
        seeds.seed_list("group")


def _mappings(node):
    if isinstance(node, Mapping):
        yield node
        for child in node.values():
            yield from _mappings(child)


def _dispersion(months):
    return variance(months.values()) / mean(months.values())
