"""The HTTP side, by subject: parse, ask for permission, call one service or queryset, answer."""
