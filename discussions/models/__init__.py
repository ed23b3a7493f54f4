"""What people write, what they attach, and what others make of it."""

from discussions.models.moderation import Like, Report, Revision
from discussions.models.post import Comment, Discussion, Recipient, Tag
from discussions.models.search import SearchText
from discussions.models.upload import Upload

__all__ = ["Comment", "Discussion", "Like", "Recipient", "Report", "Revision", "SearchText", "Tag", "Upload"]
