"""What people are called on pages."""

from lti_tool.store.rows import UserRow


def display_name(user: UserRow) -> str:
    """Return the name of a user; platforms may send none."""
    return user.name or f"#{str(user.id)[:8]}"
