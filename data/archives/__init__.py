"""What is fetched over the network: the published files and spectra of NOIRLab's archive."""
