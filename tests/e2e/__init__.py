"""The whole house at work: cockpit, engine, client and simulated exchange together."""
