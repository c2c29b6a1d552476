"""What people see and answer: review files, the page, the report."""
