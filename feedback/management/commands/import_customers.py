"""`manage.py import_customers FILE --mapping MAP --program P`: customers or accounts from a file."""

from feedback.record_command import RecordCommand


class Command(RecordCommand):
    help = "Import a file of customers or accounts; known ones are completed, and merged where the rule is certain."
    targets = ("customers", "accounts")
