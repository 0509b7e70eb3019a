"""The roof: who exists. Settings, URLs, event routes, the clock, the console's front page."""
