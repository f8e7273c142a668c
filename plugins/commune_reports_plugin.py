"""What Airflow itself has to know of commune-reports: the timetable that follows the plan."""

from airflow.plugins_manager import AirflowPlugin

from commune_reports.orchestration.timetable import PlanMoments


class CommuneReportsPlugin(AirflowPlugin):
    """Registers the timetable; everything else is an ordinary package beside this file."""

    name = "commune_reports"
    timetables = [PlanMoments]  # noqa: RUF012  (Airflow's own way of declaring)
