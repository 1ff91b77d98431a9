"""How networks are fitted: one loop, and what each network learns from.

Needs the packages of the training extra.
"""
