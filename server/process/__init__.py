"""The worker's life: settings, start-up checks, health, logs, what it compiles and what it never imports."""
