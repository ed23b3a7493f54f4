from django.apps import AppConfig

from main.compat import spell_out_index_together


class MainConfig(AppConfig):
    name = "main"

    def ready(self) -> None:
        spell_out_index_together()
