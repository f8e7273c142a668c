"""Grids → task rows: finds the table, maps its columns, understands what people write, names what it cannot understand."""

from commune_reports.reading.crew import Unread, read_submissions
from commune_reports.reading.submissions import read_submission
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.vocabulary import Vocabulary, load_vocabulary

__all__ = ["Clerk", "Unread", "Vocabulary", "load_vocabulary", "read_submission", "read_submissions"]
