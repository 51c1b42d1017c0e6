"""Screens compose panels and route what they ask for, nothing else."""
