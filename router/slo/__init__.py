"""Service Level Objectives and their arithmetic: model, burn-rate maths, verdicts, files and data sources."""
