"""The only room that knows Airflow: schedules, the business date, connections → Settings, failures → retries."""
