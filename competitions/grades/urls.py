"""`/api/competitions/<slug or id>/grades/`, and the same below each phase."""

from rest_framework.routers import SimpleRouter

from competitions.grades.views import GradeRuleViewSet, GradeViewSet
from foundation.routers import SingletonRouter

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/grades", GradeViewSet, basename="grade")

singletons = SingletonRouter(use_regex_path=False)
singletons.register("competitions/<slug:competition>/grades/rule", GradeRuleViewSet, basename="grade-rule")

urlpatterns = [*router.urls, *singletons.urls]
