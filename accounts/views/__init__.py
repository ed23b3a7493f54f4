"""The HTTP side of accounts; signing in and up itself is allauth's, at `/api/auth/`."""
