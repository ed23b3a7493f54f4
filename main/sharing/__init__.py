"""What a link to a page of the app shows where it is posted, and what search engines are told.

Everything here is made for somebody who is not signed in, whoever asks: a picture or a title that is fetched once may
be shown to anybody later.
"""
