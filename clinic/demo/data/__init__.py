"""Words the demo clinic is made of. All people are invented."""
