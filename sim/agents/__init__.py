"""Mesa agents over the replicate axis: parties, mediators and militant groups."""
