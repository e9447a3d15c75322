"""Credentials of other issuers that earners hand in to stand for badges of a pathway."""
