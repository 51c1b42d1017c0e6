"""Independent judges: unmodified clients from the package indexes against the simulator run as a process."""
