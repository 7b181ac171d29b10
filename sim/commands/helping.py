"""The help page, short enough for one screen."""

HELP = """\
ceasefire: what-if simulations of negotiation rounds under a fragile ceasefire

  ceasefire scenario=no_mediators replicates=2000     one cell  -> outputs/
  ceasefire -m 'scenario=glob(*)' replicates=2000     a sweep   -> multirun/, compared
  ceasefire VERB --help                               what a verb does

Prepare  new KIND NAME          a scenario, agenda, tactic, group, ... of your own
         choices [GROUP]        what may be chosen, with a line on each option
         plan                   check a sweep, its cost and how many futures it needs
Run      design, optimise       sample or search a parameter space
         status DIR             progress of a sweep (-m --detach leaves it running)
         calibrate, sensitivity fit the parameters; rank the assumptions
         freeze, score          state what follows the record; score it later
Look     compare, figure        differences between finished cells; any figure
         report, survival       one HTML document; survival of a table of your own
         collect, query         all futures as one data set; SQL over it
         replay, verify         re-run one stored future; check stored results
Teach    play, strategies       the classroom in a browser; simple ways to play a seat

Settings replicates=N seed=N horizon=DAYS transcript=true pakistan.trust=0.4 ...
         {groups}
Options  -m  --detach  --config-dir DIR  --cfg job  --version  --hydra-help
Pages    docs/tutorial.md, docs/sweeps.md, docs/parameters.md (every number)
"""
SHOWN = ("scenario=", "accounts=", "mediators=", "protocol=", "pakistan.tactic=", "+experiment=")


def page() -> str:
    """The help page; a user's own options are named."""
    from sim.paths import own_dirs
    from sim.study.options import groups

    text = HELP.format(groups=" ".join(SHOWN))
    own = own_dirs()
    yours = {
        group: [name for name, path in held.items() if any(map(path.is_relative_to, own))]
        for group, held in (groups() if own else {}).items()
    }
    if not any(yours.values()):
        return text
    scenarios = yours.pop("scenario", [])
    others = sum(map(len, yours.values()))
    more = f" and {others} more (ceasefire choices)" if others else ""
    return f"{text}Yours    scenario={'|'.join(scenarios) or '-'}{more}\n"
