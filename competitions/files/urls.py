"""`/api/competitions/<slug or id>/data/`."""

from rest_framework.routers import SimpleRouter

from competitions.files.views import data, uploads

DATA = "competitions/<slug:competition>/data"

router = SimpleRouter(use_regex_path=False)
router.register(DATA, data.DataFileViewSet, basename="competition-data")
router.register(f"{DATA}/uploads", uploads.DataUploadViewSet, basename="competition-data-upload")

urlpatterns = router.urls
