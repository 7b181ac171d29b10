"""What a package does once it is a deal: verification, promises and effects of its options."""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.parameters import NONE


@rule
def option_of(p: Any, package: int, issue: int) -> int:
    """Which option a package takes on an issue; packages are numbered row-major."""
    for k in range(p.count.issues - 1, issue, -1):
        package //= p.agenda.issues[k].count
    return package % p.agenda.issues[issue].count


@rule
def sign(future: Any, p: Any, package: int, pressure: float, partial: bool) -> None:
    """Put a package into force: a clean slate, but delivery and monitoring go on.

    A ratified one settles everything; a ``partial`` one those issues on which it grants something.
    """
    deal = future.deal
    deal.package, deal.age, deal.pressure, deal.unremedied = package, 0, pressure, 0.0
    deal.alleged[0] = deal.alleged[1] = 0
    deal.partial, deal.whole = partial, 1.0
    if partial:
        granted = 0
        for k in range(p.count.issues):
            granted += option_of(p, package, k) > 0
        deal.whole = granted / p.count.issues
    write_terms(future, p)


@rule
def begin_anew(future: Any) -> None:
    """Forget what stood at the table: the next round begins another negotiation."""
    future.talks.sittings = 0
    for side in range(2):
        future.talks.spoken[side] = 0
        future.sides[side].previous = NONE


@rule
def in_full(deal: Any) -> bool:
    """Whether a deal on everything is in force."""
    return deal.package != NONE and not deal.partial


@rule
def lapse(future: Any) -> None:
    """End the deal in force; what stood at the table goes with it."""
    begin_anew(future)
    deal, terms = future.deal, future.deal.terms
    deal.package, deal.partial, deal.whole = NONE, False, 0.0
    deal.monitoring = deal.unremedied = 0.0
    deal.alleged[0] = deal.alleged[1] = 0
    deal.delivered[0] = deal.delivered[1] = 0.0
    terms.verified = terms.lasting = terms.leaking = terms.leakage = terms.restraint = 0.0
    terms.border = terms.evidence = terms.sharpened = terms.hotline = terms.assurance = 0.0
    terms.backlash = terms.cohesion = terms.promised[0] = terms.promised[1] = 0.0


@rule
def write_terms(future: Any, p: Any) -> None:
    """Write what the package in force does.

    Effects of several issues combine as independent shares, 1 - prod(1 - share). Suppression by
    options that leak is kept apart. ``promised`` is the share of the issues demanded of a side on
    which the package grants something.
    """
    terms, package = future.deal.terms, future.deal.package
    lasting = leaking = leakage = restraint = border = evidence = 1.0
    sharpened = hotline = assurance = backlash = cohesion = 1.0
    granted = (0, 0)
    for k in range(p.count.issues):
        chosen = option_of(p, package, k)
        effects = p.agenda.options[p.agenda.issues[k].first + chosen].effects
        if effects.leakage > 0.0:
            leaking *= 1.0 - effects.suppression
        else:
            lasting *= 1.0 - effects.suppression
        leakage *= 1.0 - effects.leakage
        restraint *= 1.0 - effects.restraint
        border *= 1.0 - effects.border
        evidence *= 1.0 - effects.evidence
        sharpened *= 1.0 - effects.sharpened
        hotline *= 1.0 - effects.hotline
        assurance *= 1.0 - effects.assurance
        backlash *= 1.0 - effects.backlash
        cohesion *= 1.0 - effects.cohesion
        if chosen > 0:
            by_first = p.agenda.issues[k].demander == 1
            granted = (granted[0] + int(by_first), granted[1] + int(not by_first))
    terms.lasting, terms.leaking, terms.leakage = 1.0 - lasting, 1.0 - leaking, 1.0 - leakage
    terms.restraint, terms.border, terms.evidence = 1.0 - restraint, 1.0 - border, 1.0 - evidence
    terms.sharpened, terms.hotline = 1.0 - sharpened, 1.0 - hotline
    terms.assurance, terms.backlash, terms.cohesion = (
        1.0 - assurance,
        1.0 - backlash,
        1.0 - cohesion,
    )
    for side in range(2):
        terms.promised[side] = granted[side] / p.derived.parties[side].demanded
    verify_terms(future, p)


@rule
def verify_terms(future: Any, p: Any) -> None:
    """Write how far the deal in force is verified by those who verify now."""
    if future.deal.package != NONE:
        future.deal.terms.verified = verification(future, p, future.deal.package)


@rule
def verification(future: Any, p: Any, package: int) -> float:
    """V of a package once its body is there, in [0, 1]: the best that any of its options brings."""
    best = 0.0
    for k in range(p.count.issues):
        if p.agenda.issues[k].verifies:
            option = p.agenda.options[p.agenda.issues[k].first + option_of(p, package, k)]
            best = max(best, verified_by(p, option, future.verifiers))
    return best


@rule
def verified_by(p: Any, option: Any, verifiers: float) -> float:
    """V that an option brings where third parties of this strength verify, once they are there.

    More than the body has the capacity for, nobody at the table believes either.
    """
    alone = option.verification_alone
    said = alone + (option.verification - alone) * verifiers
    return said * p.conflict.implementation.monitoring.capacity
