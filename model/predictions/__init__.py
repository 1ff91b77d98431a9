"""What the networks say of a galaxy's twelve fluxes, one galaxy or many."""
