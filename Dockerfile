# The program with its Airflow, for docker-compose.yml. BASE is any Debian or Python image with Python 3.11 or newer.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/commune-reports/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/commune-reports/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    PATH=/opt/venv/bin:$PATH
WORKDIR /opt/commune-reports
COPY requirements.lock .
RUN python3 -m venv /opt/venv && pip install --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-deps --no-build-isolation --editable . \
 && useradd --create-home --uid 50000 reports \
 && mkdir -p /var/lib/airflow /var/lib/commune-reports && chown -R reports /var/lib/airflow /var/lib/commune-reports
USER reports
