"""Blueprints by audience. A view parses, calls one service, then renders or redirects."""
