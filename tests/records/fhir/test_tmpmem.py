import sys
sys.path.insert(0,'/work/main')
from tests.records.fhir.test_memory import _folder,_peak
import pytest, tracemalloc
@pytest.mark.django_db
def test_x(tmp_path, monkeypatch):
    from clinic.core.models import ClinicProfile
    ClinicProfile.objects.create(name="M",phone="+13125550100",address_line1="1",city="C",state="IL",postal_code="60601",zone="America/Chicago")
    from records.fhir import staging
    monkeypatch.setattr(staging,"BATCH_BYTES",200_000)
    _peak(_folder(tmp_path/'w',2))
    for n in (40,160,320):
        print(n,_peak(_folder(tmp_path/str(n),n)))
    from records.fhir.runner import import_files
    from records.fhir.sources import find_files
    from clinic.core.actor import Actor
    f=_folder(tmp_path/'z',100)
    import json,pathlib
    # new ids
    tracemalloc.start(12); a=tracemalloc.take_snapshot()
    import_files(find_files([tmp_path/'320']),by=Actor.system('x'))
    b=tracemalloc.take_snapshot()
    for s in b.compare_to(a,'traceback')[:4]:
        print(s.size_diff,s.count_diff); print('\n'.join(s.traceback.format()[-8:]))
