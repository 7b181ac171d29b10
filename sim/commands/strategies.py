"""The verb ``strategies``: what simple ways of playing a seat achieve, over many seeds."""

from __future__ import annotations

from sim.commands.arguments import parser

EPILOG = """\
Days in force of those played; share in force on the last day; gain of the deal then in force over
no deal on day 0, in the seat's own utility (0 without one); days with a deal; mandate at home at
the end. Every strategy meets the same chance events, with agents in the other seats.
"""


def main(words: list[str]) -> int:
    """Print the table, a row as soon as it is played."""
    from sim.config import PARTIES
    from sim.game.strategies import DAYS, FIRST_SEED, SEEDS, STRATEGIES, dominant, table

    made = parser("strategies", "Play simple strategies in a seat against the agents.", EPILOG)
    made.add_argument("scenario", nargs="?", default="baseline")
    made.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help=f"default: {SEEDS}")
    made.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"default: {DAYS}")
    made.add_argument("--short-rounds", action="store_true", help="rounds as short as a class's")
    given = made.parse_args(words)
    last = FIRST_SEED + given.seeds - 1
    print(f"{given.scenario}, {given.days} days, seeds {FIRST_SEED} to {last}")
    for seat in PARTIES:
        print(f"\n{seat:15}  days  in force   gain  deal days  mandate")
        rows = []
        played = table(
            given.scenario, seeds=given.seeds, days=given.days, seats=[seat],
            short_rounds=given.short_rounds,
        )  # fmt: skip
        for row in played:
            rows.append(row)
            print(
                f"{row.strategy:15} {row.days:5.1f}  {row.holds:8.2f} {row.gain:6.3f}"
                f"  {row.deal_days:9.1f}  {row.mandate:7.2f}  {STRATEGIES[row.strategy].says}",
                flush=True,
            )
        best = ", ".join(dominant(rows)) or "none"
        print(f"best in both days and gain: {best}")
    return 0
