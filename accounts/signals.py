"""What happened to accounts, for the rooms that build on this one."""

from django.dispatch import Signal

# user, at. Sent inside the transaction with `send`, while the account still has its name: listeners hand over or
# withdraw what is theirs. An exception keeps the account.
account_deleted = Signal()
