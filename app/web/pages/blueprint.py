"""The blueprint every page belongs to; endpoints are `pages.<view>`."""

from flask import Blueprint

pages = Blueprint("pages", __name__)
