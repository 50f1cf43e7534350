"""Register every page with the application."""

from flask import Flask
from flask_limiter import Limiter

from app.web.pages import (
    acceptance_errors,
    accountability,
    accounts,
    admin,
    apply,
    board,
    bundle_plan,
    calendars,
    card,
    cards,
    cases,
    catalogue_changes,
    certificates,
    clock_statement,
    closures,
    correction_requests,
    definition_editor,
    definition_versions,
    definitions,
    holds,
    home,
    interventions,
    migrations,
    my_cases,
    obstacles,
    packages,
    progress,
    receipt_blocks,
    releases,
    revocations,
    seals,
    tasks,
    themes,
    worklist,
)
from app.web.pages.blueprint import pages

ROOMS = (
    acceptance_errors,
    accountability,
    accounts,
    admin,
    apply,
    board,
    bundle_plan,
    calendars,
    card,
    cards,
    cases,
    catalogue_changes,
    certificates,
    clock_statement,
    closures,
    correction_requests,
    definition_editor,
    definition_versions,
    definitions,
    holds,
    home,
    interventions,
    migrations,
    my_cases,
    obstacles,
    packages,
    progress,
    receipt_blocks,
    releases,
    revocations,
    seals,
    tasks,
    themes,
    worklist,
)


def register_pages(app: Flask, limiter: Limiter) -> None:
    """Register the pages; those without sign-in are limited per address."""
    settings = app.extensions["lianban_container"].settings
    app.register_blueprint(pages)
    limits = {
        "pages.sign_in": f"{settings.sign_in_requests_per_minute} per minute",
        "pages.progress": f"{settings.public_requests_per_minute} per minute",
    }
    for endpoint, limit in limits.items():
        limited = limiter.limit(limit, methods=["POST"])(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited  # type: ignore[assignment]
