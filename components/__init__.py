"""The parts of pages: shell, theme, widgets and figures. They get data as arguments and load none."""
