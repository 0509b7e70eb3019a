"""The only door to WhatsApp, both ways: accounts, numbers, webhook calls, adapters."""
