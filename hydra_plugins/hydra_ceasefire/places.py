"""Where Hydra looks for configurations beside the shipped ones.

Hydra looks for plugins of its search path in the name space ``hydra_plugins`` only.
"""

from hydra.core.config_search_path import ConfigSearchPath
from hydra.plugins.search_path_plugin import SearchPathPlugin


class OwnPlaces(SearchPathPlugin):
    """A user's own folders, and the place of named studies."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Add them behind what is there."""
        from sim.paths import data_dir, own_dirs

        for folder in (*own_dirs(), data_dir("experiments").parent):
            search_path.append(provider="ceasefire", path=f"file://{folder}")
