"""Read by Airflow at start: what is dear to import is imported once in the scheduler, whose workers are forked from it.

Great Expectations costs about six seconds of processor time; without this every checking task would pay them.
"""

import sys

if sys.argv[1:2] == ["scheduler"]:
    import great_expectations  # noqa: F401
    import pandas  # noqa: F401

    import commune_reports.steps  # noqa: F401
