"""Every change to what people say, by subject: posts, likes, moderation."""
