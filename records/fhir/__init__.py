"""Reading FHIR R4 (Synthea bundles and bulk-export folders) into the clinic's own records."""
