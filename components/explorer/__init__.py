"""The parts of the explorer: controls, panels, dialogs, and the panels' state in the address."""
