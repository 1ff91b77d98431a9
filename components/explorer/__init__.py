"""The parts of the explorer: controls, panels, dialogs, and the state that an address holds."""
