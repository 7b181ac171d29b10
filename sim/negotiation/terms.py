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
def kept_up(p: Any, issue: int, chosen: int) -> float:
    """Share of attacks that Kabul's own policy on an issue goes on ending with an option chosen.

    What the first option ends, it ends without any deal; a deal on an option that ends less
    withdraws it.
    """
    first = p.agenda.issues[issue].first
    alone = p.agenda.options[first].effects.suppression
    return min(alone, p.agenda.options[first + chosen].effects.suppression)


@rule
def standing(p: Any, package: int) -> float:
    """Share of a fully exposed group's attacks that Kabul's own policies go on ending."""
    left = 1.0
    for k in range(p.count.issues):
        left *= 1.0 - kept_up(p, k, option_of(p, package, k))
    return 1.0 - left


@rule
def beyond(whole: float, part: float) -> float:
    """What a share adds to a part of it: combined as independent shares the two are the whole."""
    return (whole - part) / (1.0 - part) if part < 1.0 else 0.0


@rule
def write_terms(future: Any, p: Any) -> None:
    """Write what the package in force does.

    Effects of several issues combine as independent shares, 1 - prod(1 - share). Suppression by
    options that leak is kept apart, and what Kabul's own policies end is no effect of the deal.
    ``promised`` is the share of the issues demanded of a side on which the package grants
    something.
    """
    terms, package = future.deal.terms, future.deal.package
    lasting = leaking = leakage = restraint = border = evidence = 1.0
    sharpened = hotline = assurance = backlash = cohesion = 1.0
    granted = (0, 0)
    for k in range(p.count.issues):
        chosen = option_of(p, package, k)
        effects = p.agenda.options[p.agenda.issues[k].first + chosen].effects
        suppression = beyond(effects.suppression, kept_up(p, k, chosen))
        if effects.leakage > 0.0:
            leaking *= 1.0 - suppression
        else:
            lasting *= 1.0 - suppression
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
            demander = p.agenda.issues[k].demander
            granted = (granted[0] + int(demander == 1), granted[1] + int(demander == 0))
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
    future.standing = standing(p, package)
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
