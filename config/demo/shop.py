"""Who the demo is about: a small stationer and lamp maker that ships abroad. Nobody and nothing of it exists."""

from __future__ import annotations

NAME = "Quill & Lantern"
SLUG = "quill-lantern"
ADMIN_EMAIL = "admin@quill-lantern.example"
KEY_NAME = "demo"
SANDBOX_NAME = "Sandbox"

WABA_ID = "204816739950127"
NUMBER_ID = "109375528846013"
DISPLAY_PHONE_NUMBER = "+44 20 7946 0321"  # from the range that is kept free for stories
