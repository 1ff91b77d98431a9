"""What is drawn: the shell, the theme, widgets and figures. Nothing here loads data."""
