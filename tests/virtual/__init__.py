"""The whole trading path in one process and in no time: real engine, real gateway, real exchange, one virtual
clock, a network whose weather is drawn from a seed."""
