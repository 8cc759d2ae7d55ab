"""`manage.py import_interactions FILE --mapping MAP --program P --stream S`: interactions from a file."""

from argparse import ArgumentParser

from feedback.record_command import RecordCommand


class Command(RecordCommand):
    help = "Import a file of interactions into a data stream."
    targets = ("interactions",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--stream", required=True, help="code of the data stream")
