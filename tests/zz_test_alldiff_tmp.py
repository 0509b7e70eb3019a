import json, pathlib, pytest
from django.conf import settings
from core import http
from tests.following import Reader, blocks, differences, ROOT
@pytest.fixture
def reader(network, tmp_path, monkeypatch, one_lane):
    reader = Reader(tmp_path); monkeypatch.setattr(http,"call",reader.call_outwards); return reader
def test_all(reader):
    page=(ROOT/"docs/api.md").read_text()
    ex=blocks(page,"sh")
    reader._type([e.text for e in ex])
    out=[]
    for n,e in enumerate(ex):
        told=[o for o in reader.told if o.block==n]
        wrong=[f"{o.status}: {o.body.decode()[:300]}" for o in told[:len(told)-bool(e.status)] if o.status>=400]
        if e.status is not None: wrong+=list(differences(e,told[-1]))
        if wrong:
            out.append("\n".join(["=====",e.text[:300],*[w[:400] for w in wrong]]))
            if told: out.append("GIVEN "+told[-1].body.decode()[:6000])
    pathlib.Path("/tmp/dev/demo/diffs.txt").write_text("\n".join(out))
