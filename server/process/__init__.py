"""The worker process: settings, start-up checks, health, logs, compilation cache and blocked imports."""
