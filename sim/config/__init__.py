"""The scenario schema: what a scenario may say, with the unit, range and origin of every number.

Values live in ``configs/``; the schema holds no default. It knows no Hydra and reads no file.
The origin of a number is *measured* (with its seeds entry), *calibrated* (to a pattern) or
*assumed*.
"""

from sim.config.agenda import Accounts, Agenda, Effects, Issue, Position
from sim.config.agents import Leverage, Mediator, Militants, Party
from sim.config.conflict import (
    Attribution,
    Border,
    Clashes,
    Conflict,
    Grievance,
    Implementation,
    Response,
    Signal,
    Signals,
    Spoiling,
    Tension,
    Trust,
)
from sim.config.fields import (
    CAUSES,
    ENDS,
    MAX_PACKAGES,
    PARTIES,
    AccountName,
    ConfigError,
    End,
    EngineKind,
    EventKind,
    Expectation,
    MediatorFunction,
    OpponentModel,
    PartyName,
    ProtocolKind,
    Spin,
    SpoilerType,
)
from sim.config.scenario import Ceasefire, Engine, Event, Scenario, Settings, Switches
from sim.config.talks import Bargaining, Calendar, Protocol, Round
from sim.config.validation import dump, validate, validate_settings

__all__ = [
    "CAUSES",
    "ENDS",
    "MAX_PACKAGES",
    "PARTIES",
    "AccountName",
    "Accounts",
    "Agenda",
    "Attribution",
    "Bargaining",
    "Border",
    "Calendar",
    "Ceasefire",
    "Clashes",
    "ConfigError",
    "Conflict",
    "Effects",
    "End",
    "Engine",
    "EngineKind",
    "Event",
    "EventKind",
    "Expectation",
    "Grievance",
    "Implementation",
    "Issue",
    "Leverage",
    "Mediator",
    "MediatorFunction",
    "Militants",
    "OpponentModel",
    "Party",
    "PartyName",
    "Position",
    "Protocol",
    "ProtocolKind",
    "Response",
    "Round",
    "Scenario",
    "Settings",
    "Signal",
    "Signals",
    "Spin",
    "SpoilerType",
    "Spoiling",
    "Switches",
    "Tension",
    "Trust",
    "dump",
    "validate",
    "validate_settings",
]
