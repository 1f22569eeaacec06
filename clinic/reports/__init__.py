"""Reports for the manager: the frame. Each app registers its own from `AppConfig.ready()`.

A report is a `Report` (clinic.reports.model): it reads a `Scope` and answers `Findings`, tables with their plots.
The frame does the rest alike for all: filters, definitions, drill-down to rows, CSV, small counts, print.
"""
