"""Use cases, one verb each. No Flask, no SQL; the caller owns the transaction.

Read models are frozen values: rows do not leave this package.
"""
