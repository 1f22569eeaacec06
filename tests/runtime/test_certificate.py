from __future__ import annotations

import ssl

from clinic.demo.certificate import fingerprint, self_made_certificate


def test_certificate_is_kept_until_the_names_change(tmp_path):
    certificate, key = self_made_certificate(tmp_path, ["127.0.0.1", "clinic.test"])
    first = fingerprint(certificate)
    assert self_made_certificate(tmp_path, ["127.0.0.1", "clinic.test"]) == (certificate, key)
    assert fingerprint(certificate) == first
    self_made_certificate(tmp_path, ["127.0.0.1", "other.test"])
    assert fingerprint(certificate) != first


def test_certificate_and_key_belong_together(tmp_path):
    certificate, key = self_made_certificate(tmp_path, ["127.0.0.1"])
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    assert key.stat().st_mode & 0o777 == 0o600
