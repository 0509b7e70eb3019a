"""Which role may do what in the API, endpoint by endpoint, as the contract says."""

from __future__ import annotations


def test_probe(tell, viewer, account):
    t = tell("APPROVED")
    assert viewer.results("/whatsapp/templates")[0]["id"] == str(t.pk)
