"""Patients, coverage and the chart."""
