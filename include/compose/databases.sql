-- Airflow keeps its own database beside the warehouse.
create database airflow;
