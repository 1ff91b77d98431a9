"""What a process keeps: files in a bounded cache, arrays read piece by piece, memory given back, and its revision."""
