"""What happens in a competition, for its organisers: who enters, what is sent, what is refused. No scores."""
