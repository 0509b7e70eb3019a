import time, pytest
from templates_app import planning, exporting
from templates_app.code.folder import read_folder
from tests.templates_app.code.test_templates_command import *
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

def test_perf(account, tmp_path):
    N=1000
    with inside(account.organization):
        from templates_app import versions
        from templates_app.content import Content
        for n in range(N):
            t = template_of(account, name=f"t_{n}", status="APPROVED", category="UTILITY", provider_template_id=str(n))
            v = versions.append(t, Content.of([BODY | {"text": f"Hello {{{{1}}}}, your lamp oil no {n} leaves today.\n"*4+"."}], language="en_US", category="UTILITY"), origin="local", author="a")
            t.submitted_version = v; t.save()
        t0=time.time(); print(sum(1 for _ in exporting.export(account, tmp_path)), "export", time.time()-t0)
        t0=time.time(); f=read_folder(tmp_path); print("read", time.time()-t0)
        t0=time.time()
        with CaptureQueriesContext(connection) as q: p=planning.make_plan(account, f, place="x", with_deletion=False, at=timezone.now())
        print("plan unchanged", time.time()-t0, len(q), p.counts)
        for n in range(50):
            edit(tmp_path/f"t_{n}"/"en_US.yaml", "leaves", "left")
        f=read_folder(tmp_path)
        t0=time.time()
        with CaptureQueriesContext(connection) as q: p=planning.make_plan(account, f, place="x", with_deletion=False, at=timezone.now())
        print("plan 50", time.time()-t0, len(q), p.counts)
