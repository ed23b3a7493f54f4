"""How scripts sign in: a personal token, whatever the client calls it."""

from rest_framework.authentication import BaseAuthentication, BasicAuthentication


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request):  # noqa: ANN001, ANN201
        return None


class BasicTokenAuthentication(BasicAuthentication):
    def authenticate(self, request):  # noqa: ANN001, ANN201
        return None
