"""The dossier of a case, in Indonesian: forms as DOCX and PDF, evidence, and what checks all of it without tilik."""
