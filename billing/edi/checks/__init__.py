"""Our own rules for X12 files, for what general validators let pass: sums, check digits, codes, postal codes, balance."""

from billing.edi.checks.files import FileReport, SetReport, check_file
from billing.edi.checks.findings import ERROR, WARNING, Finding
from billing.edi.checks.lists import CodeLists

__all__ = ["ERROR", "WARNING", "CodeLists", "FileReport", "Finding", "SetReport", "check_file"]
