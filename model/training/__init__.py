"""Training of the networks: one optimisation loop, and the loss and sample of each network.

Needs the packages of the `train` extra.
"""
