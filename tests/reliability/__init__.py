"""Real processes under real faults. Each has a short form that `make test` runs and a full one for `make reliability`."""
