"""Data fetched over the network: the published files of Khederlarian et al. 2024 and spectra of NOIRLab's archive."""
