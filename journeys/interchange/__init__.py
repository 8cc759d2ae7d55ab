"""Journeys in the formats of others."""
