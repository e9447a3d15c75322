"""What is earned, and the credential that says so. Pure: no web, database, network or clock."""
