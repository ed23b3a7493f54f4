"""What people said, for the rooms that build on this one. Sent on commit with `send_robust`, with model instances."""

from django.dispatch import Signal

# discussion, mentioned (ids of users), at
discussion_created = Signal()
# discussion, by, at
announced = Signal()
# comment, mentioned (ids of users), at
comment_created = Signal()
# Somebody was mentioned by an edit who had not been before.
# post (a discussion or a comment), mentioned (ids of users), by, at
mentions_added = Signal()
# like, at
liked = Signal()
# A like was taken back.
# post (a discussion or a comment), by
unliked = Signal()
# report, at
reported = Signal()
# A post was hidden or deleted: what was told of it should be taken back.
# post (a discussion or a comment), at
post_removed = Signal()
