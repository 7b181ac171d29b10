"""The agenda and the accounts of contested positions: what is negotiated and by whose report."""

from __future__ import annotations

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from sim.config.fields import (
    MAX_PACKAGES,
    SCHEMA,
    AccountName,
    PartyName,
    Share,
    number,
    require_known,
    text,
)


@dataclass(config=SCHEMA, kw_only=True)
class Issue:
    """One issue: ordered options, what each is worth to each side, and who promises it."""

    options: list[str] = text("option names, status quo first")
    pakistan: list[Share] = text("value of each option to Islamabad, in [0, 1]")
    afghan_taliban: list[Share] = text("value of each option to Kabul, in [0, 1]")
    demander: PartyName | None = text(
        "the side that asks for more than the status quo; null where nobody does"
    )
    promise: bool = text("whether what is asked is a promise, worth what it is believed to be")
    contested: bool = text("whether the sides' public accounts of this issue may contradict")
    verification: list[Share] | None = text("V of each option when third parties verify")
    verification_alone: list[Share] | None = text("V of each option when nobody verifies")

    @model_validator(mode="after")
    def _lengths_agree(self) -> Issue:
        if len(self.options) < 1 or len(set(self.options)) < len(self.options):
            raise ValueError(f"options {self.options} must be distinct and at least one")
        for name in ("pakistan", "afghan_taliban", "verification", "verification_alone"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.options):
                raise ValueError(
                    f"{name} has {len(values)} values for {len(self.options)} options; "
                    "one value for each option is needed"
                )
        if (self.verification is None) != (self.verification_alone is None):
            raise ValueError("verification and verification_alone must be given together")
        if self.promise and self.demander is None:
            raise ValueError("promise is true and demander is null; somebody has to ask for it")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Effects:
    """Which agenda option does what once a deal is carried out (issue name -> option -> size)."""

    suppression: dict[str, dict[str, Share]] = text(
        "share of a fully exposed group's attacks that the option ends when fully delivered; what "
        "an issue's first option ends, it ends without any deal (it is in the trackers' rates)"
    )
    restraint: dict[str, dict[str, Share]] = text(
        "how far the option binds cross-border force (1: any strike is a violation)"
    )
    border: dict[str, dict[str, Share]] = text("how far the option opens the border (1: open)")
    evidence: dict[str, dict[str, Share]] = text(
        "how much of the evidence needed for arrests and attribution the option brings"
    )
    sharpened: dict[str, dict[str, Share]] = text(
        "share of the gain from evidence sharing that the option's suppression has"
    )
    hotline: dict[str, dict[str, Share]] = text(
        "strength of the hotline between the sides that the option sets up"
    )
    assurance: dict[str, dict[str, Share]] = text(
        "share of the effect of a basing statement that the option removes"
    )
    leakage: dict[str, dict[str, Share]] = text(
        "share of the option's suppression lost each day (persons leak away or come back)"
    )
    backlash: dict[str, dict[str, Share]] = text(
        "relative size of the burst of attacks the option sets off when first carried out"
    )
    cohesion: dict[str, dict[str, Share]] = text(
        "share of the promiser's capacity that the option costs (internal cohesion)"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Link:
    """A conditional promise: with enough granted on one issue, options of another come easier."""

    given: str = text("issue on which something has to be granted")
    at_least: str = text("option of that issue from which the link holds")
    issue: str = text("issue whose options it makes easier")
    options: list[str] = text("those options, exactly these")
    cheaper: float = number(
        "share of the giver's loss against the status quo that goes", 0, 1, "share", "assumed"
    )
    believed: float = number(
        "share of the demander's doubt in the promise that goes", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Agenda:
    """The issues under negotiation, what their options do, and what links them."""

    name: str = text("name of the agenda")
    issues: dict[str, Issue] = text("issues in order")
    links: dict[str, Link] = text("conditional promises by name")
    effects: Effects = text("what options do")

    @model_validator(mode="after")
    def _options_exist(self) -> Agenda:
        if not self.issues:
            raise ValueError("issues is empty; at least one issue is needed")
        packages = 1
        for issue in self.issues.values():
            packages *= len(issue.options)
        if packages > MAX_PACKAGES:
            raise ValueError(
                f"issues give {packages:,} packages; at most {MAX_PACKAGES:,} are allowed"
            )
        for effect, by_issue in vars(self.effects).items():
            for issue_name, by_option in by_issue.items():
                require_known("issue", issue_name, self.issues, f"effects.{effect}")
                options = self.issues[issue_name].options
                for option in by_option:
                    require_known("option", option, options, f"effects.{effect}.{issue_name}")
        for name, link in self.links.items():
            self._require_sound(f"links.{name}", link)
        return self

    def _require_sound(self, where: str, link: Link) -> None:
        """Raise if a link names what is not there, or no promise of one side to the other."""
        for field in ("given", "issue"):
            require_known("issue", getattr(link, field), self.issues, f"{where}.{field}")
        if link.given == link.issue:
            raise ValueError(f"{where} links {link.issue} to itself; two issues are needed")
        require_known("option", link.at_least, self.issues[link.given].options, f"{where}.at_least")
        if not link.options:
            raise ValueError(f"{where}.options is empty; at least one option is needed")
        linked = self.issues[link.issue]
        for option in link.options:
            require_known("option", option, linked.options, f"{where}.options")
        if linked.demander is None:
            raise ValueError(
                f"{where}.issue is {link.issue!r}, which nobody demands; a link needs an issue "
                "with a demander"
            )


@dataclass(config=SCHEMA, kw_only=True)
class Position:
    """One side's account of an issue: what both sides asked for and what options are worth."""

    opening: dict[PartyName, str] = text("option each side opened with", "measured: seeds/claims")
    pakistan: list[Share] = text("value of each option to Islamabad under this account")
    afghan_taliban: list[Share] = text("value of each option to Kabul under this account")


@dataclass(config=SCHEMA, kw_only=True)
class Accounts:
    """Whose account of the contested positions is used."""

    name: AccountName = text("islamabad, kabul, or mixed (drawn per replicate)")
    probability_islamabad: float = number(
        "chance that a replicate uses Islamabad's account (mixed only)", 0, 1, "probability",
        "assumed",
    )  # fmt: skip
    islamabad: dict[str, Position] = text("issue -> position as Islamabad reports it")
    kabul: dict[str, Position] = text("issue -> position as Kabul reports it")
