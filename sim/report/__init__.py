"""What a person sees of finished cells: a terminal summary, figures, and a sweep's comparison."""
