"""An invented county to look at on the first run: its map, its people and what happens there, as pure data."""
