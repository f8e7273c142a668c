"""A month of reporting told by the real DAGs: thirteen workbooks, one report, every letter kept."""
