"""Who may do what: the status each role gets, endpoint by endpoint. `@stage`: not while the competition runs.

The team of *owner* and *member* is the one asked about; *participant* is in another team of the same competition,
*organiser* hosts it, *other* hosts another one, *staff* is a superuser. The clock and the fairness promise bind all.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.scenario import METRIC, NOTEBOOK, PIXEL, PREDICTIONS, SOLUTION, Scenario

Body = dict[str, Any] | Callable[[Scenario], dict[str, Any]]

TABLE = """
#                                                                       ano out par mem own org oth sta
# the site
GET    /api/schema/                                                     200 200 200 200 200 200 200 200
GET    /api/session/                                                    200 200 200 200 200 200 200 200
GET    /api/legal/{name}/                                                200 200 200 200 200 200 200 200
POST   /api/markdown/                                                   401 200 200 200 200 200 200 200
GET    /docs                                                            200 200 200 200 200 200 200 200
GET    /docs/                                                           200 200 200 200 200 200 200 200
GET    /healthz                                                         200 200 200 200 200 200 200 200
GET    /readyz                                                          200 200 200 200 200 200 200 200
GET    /metrics                                                         404 404 404 404 404 404 404 404
GET    /media/{path}                                                    404 404 404 404 404 404 404 404
GET    /robots.txt                                                      200 200 200 200 200 200 200 200
GET    /sitemap.xml                                                     200 200 200 200 200 200 200 200
GET    /cards/{language}/site.png                                       200 200 200 200 200 200 200 200
GET    /cards/{language}/{kind}/{pk}/{version}/card.png                  200 200 200 200 200 200 200 200
GET    /.well-known/uzu-key                                             200 200 200 200 200 200 200 200
GET    /{app}                                                           200 200 200 200 200 200 200 200
# accounts
GET    /api/me/                                                         401 200 200 200 200 200 200 200
PATCH  /api/me/                                                         401 200 200 200 200 200 200 200
PUT    /api/me/avatar/                                                  401 200 200 200 200 200 200 200
DELETE /api/me/avatar/                                                  401 204 204 204 204 204 204 204
POST   /api/me/delete/                                                  401 204 204 204 204 204 204 204
GET    /api/me/tokens/                                                  401 200 200 200 200 200 200 200
POST   /api/me/tokens/                                                  401 201 201 201 201 201 201 201
DELETE /api/me/tokens/{pk}/                                             401 404 404 404 204 404 404 404
GET    /api/users/                                                      401 200 200 200 200 200 200 200
GET    /api/users/{username}/                                           200 200 200 200 200 200 200 200
GET    /api/users/{username}/competitions/                              200 200 200 200 200 200 200 200
GET    /api/users/{username}/achievements/                              200 200 200 200 200 200 200 200
GET    /api/ranking/                                                    200 200 200 200 200 200 200 200
# competitions
GET    /api/metrics/                                                    200 200 200 200 200 200 200 200
GET    /api/metrics/{name}/                                             200 200 200 200 200 200 200 200
GET    /api/competitions/                                               200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/                                 200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/calendar/                        200 200 200 200 200 200 200 200
POST   /api/competitions/                                               401 403 403 403 403 403 403 201
PATCH  /api/competitions/{competition}/                                 401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/                                 401 403 403 403 403 409 403 409
GET    /api/competition-presets/                                        200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/workbench/                       403 403 403 403 403 200 403 200
PATCH  /api/competitions/{competition}/workbench/                       401 403 403 403 403 409 403 409
POST   /api/competitions/{competition}/workbench/read/                  401 403 403 403 403 409 403 409
POST   /api/competitions/{competition}/workbench/make/                  401 403 403 403 403 409 403 409
POST   /api/competitions/{competition}/workbench/stop/                  401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/workbench/clock/                 401 403 403 403 403 409 403 409
DELETE /api/competitions/{competition}/workbench/sources/{pk}/          401 403 403 403 403 404 403 404
POST   /api/competitions/{competition}/workbench/uploads/               401 403 403 403 403 409 403 409
DELETE /api/competitions/{competition}/workbench/uploads/{upload}/      401 403 403 403 403 404 403 404
PUT    /api/competitions/{competition}/workbench/uploads/{upload}/parts/{number}/ 401 403 403 403 403 404 403 404
POST   /api/competitions/{competition}/workbench/uploads/{upload}/complete/ 401 403 403 403 403 404 403 404
POST   /api/competitions/{competition}/clone/                           401 403 403 403 403 403 403 201
GET    /api/competitions/{competition}/bundle/                          403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/archive/                         403 403 403 403 403 403 403 403
POST   /api/competition-bundles/                                        401 403 403 403 403 403 403 201
POST   /api/competitions/{competition}/enter/                           401 201 409 409 409 201 201 201
POST   /api/competitions/{competition}/accept-rules/                    401 403 204 204 204 403 403 403
GET    /api/competitions/{competition}/phases/                          200 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/phases/                          401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/phases/{phase}/                  200 200 200 200 200 200 200 200
PATCH  /api/competitions/{competition}/phases/{phase}/                  401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/phases/{phase}/                  401 403 403 403 403 409 403 409
GET    /api/competitions/{competition}/phases/{phase}/teams/            403 403 403 403 403 200 403 200
PUT    /api/competitions/{competition}/phases/{phase}/teams/            401 403 403 403 403 409 403 409
PATCH  /api/competitions/{competition}/phases/{phase}/teams/            401 403 403 403 403 409 403 409
GET    /api/competitions/{competition}/publication/                     403 403 403 403 403 200 403 200
PUT    /api/competitions/{competition}/publication/                     401 403 403 403 403 409 403 409
DELETE /api/competitions/{competition}/publication/                     401 403 403 403 403 204 403 204
GET    /api/competitions/{competition}/readiness/                       403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/pages/                           200 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/pages/                           401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/pages/{page}/                    200 200 200 200 200 200 200 200
PATCH  /api/competitions/{competition}/pages/{page}/                    401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/pages/{page}/                    401 403 403 403 403 204 403 204
GET    /api/competitions/{competition}/brackets/                        200 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/brackets/                        401 403 403 403 403 201 403 201
PATCH  /api/competitions/{competition}/brackets/{bracket}/              401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/brackets/{bracket}/              401 403 403 403 403 204 403 204
GET    /api/competitions/{competition}/crew/                            403 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/crew/{username}/                 401 403 403 403 403 409 403 409
GET    /api/competitions/{competition}/crew-invitations/                403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/crew-invitations/                401 403 403 403 403 201 403 201
DELETE /api/competitions/{competition}/crew-invitations/{pk}/           401 403 403 403 403 204 403 204
GET    /api/crew-invitations/                                           401 200 200 200 200 200 200 200
POST   /api/crew-invitations/{pk}/accept/                               401 404 404 404 404 404 404 404
POST   /api/crew-invitations/{pk}/refuse/                               401 404 404 404 404 404 404 404
GET    /api/competitions/{competition}/roster/                          403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/roster/preview/                  401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/roster/import/                   401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/roster/links/                    401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/roster/{entry}/                  401 403 403 403 403 204 403 204
DELETE /api/competitions/{competition}/roster/{entry}/link/             401 403 403 403 403 204 403 204
GET    /api/competitions/{competition}/roster/mine/                     401 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/roster/mine/accept/              401 404 404 404 404 404 404 404
POST   /api/roster-links/open/                                          200 200 200 200 200 200 200 200
POST   /api/roster-links/join/                                          200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/grades/                          403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/grades/csv/                      403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/grades/rule/                     403 403 403 403 403 200 403 200
PUT    /api/competitions/{competition}/grades/rule/                     401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/solution/                        403 403 403 403 403 200 403 200
PUT    /api/competitions/{competition}/solution/                        401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/solution/file/                   403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/own-metrics/                     401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/own-metrics/                     401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/own-metrics/{version}/           401 403 403 403 403 200 403 200
PATCH  /api/competitions/{competition}/own-metrics/{version}/           401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/own-metrics/{version}/trial/     401 403 403 403 403 202 403 202
POST   /api/competitions/{competition}/own-metrics/{version}/use/       401 403 403 403 403 409 403 409
GET    /api/competitions/{competition}/own-metrics/current/             401 404 404 404 404 404 404 404
GET    /api/competitions/{competition}/own-metrics/conditions/           401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/own-metrics/signature/            401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/own-metrics/failures/            401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/submission-schema/               403 403 200 200 200 200 403 200
GET    /api/competitions/{competition}/data/                            200 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/data/                            401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/data/archive/                    403 403 202 202 202 202 403 202
GET    /api/competitions/{competition}/data/uploads/                    403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/data/uploads/                    401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/data/uploads/{upload}/           403 403 403 403 403 404 403 404
DELETE /api/competitions/{competition}/data/uploads/{upload}/           401 403 403 403 403 404 403 404
POST   /api/competitions/{competition}/data/uploads/{upload}/targets/   401 403 403 403 403 404 403 404
PUT    /api/competitions/{competition}/data/uploads/{upload}/parts/{number}/ 401 403 403 403 403 404 403 404
POST   /api/competitions/{competition}/data/uploads/{upload}/complete/  401 403 403 403 403 404 403 404
PATCH  /api/competitions/{competition}/data/{pk}/                       401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/data/{pk}/                       401 403 403 403 403 204 403 204
GET    /api/competitions/{competition}/data/{pk}/download/              403 403 200 200 200 200 403 200
GET    /api/competitions/{competition}/data/{pk}/preview/               403 403 202 202 202 202 403 202
GET    /api/competitions/{competition}/leaderboard/public/              200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/public/csv/          200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/private/             403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/leaderboard/private/csv/         403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/leaderboard/history/             200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/combined/            404 404 404 404 404 404 404 404
GET    /api/competitions/{competition}/leaderboard/combined/csv/        404 404 404 404 404 404 404 404
GET    /api/competitions/{competition}/log/                              200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/log/jsonl/                       200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/log/kinds/                       200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/log/feed/                        200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/teams/                           200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/activity/                        403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/scoring-runs/                    403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/scoring-runs/                    401 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/scoring-runs/{pk}/               403 403 403 403 403 404 403 404
POST   /api/competitions/{competition}/private-leaderboard/confirm/     401 403 403 403 403 403 403 403
POST   /api/competitions/{competition}/private-leaderboard/unconfirm/   401 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/leaderboard/private/preview/     403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/leaderboard/private/preview/csv/ 403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/integrity/                       403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/integrity/                       401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/integrity/{pk}/                  403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/integrity/{pk}/cancel/           401 403 403 403 403 409 403 409
GET    /api/competitions/{competition}/dry-runs/                        403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/dry-runs/                        401 403 403 403 403 201 403 201
POST   /api/competitions/{competition}/dry-runs/{pk}/cancel/            401 403 403 403 403 404 403 404
GET    /api/competitions/{competition}/noise/                           200 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/noise/ranks/                     401 403 403 403 403 403 403 403
POST   /api/competitions/{competition}/noise/wobble/                    401 403 403 403 403 400 403 400
# teams and submissions
GET    /api/teams/                                                      401 200 200 200 200 200 200 200
GET    /api/teams/{pk}/                                                 200 200 200 200 200 200 200 200
PATCH  /api/teams/{pk}/                                                 401 403 403 403 200 403 403 403
PUT    /api/teams/{pk}/brackets/                                        401 403 403 403 200 200 403 200
POST   /api/teams/{pk}/leave/                                           401 403 403 204 409 403 403 403
POST   /api/teams/{pk}/transfer/                                        401 403 403 403 200 403 403 403
POST   /api/teams/{pk}/remove/                                          401 403 403 403 200 403 403 403
GET    /api/teams/{pk}/invitations/                                     403 403 403 200 200 403 403 403
POST   /api/teams/{pk}/invitations/                                     401 403 403 403 201 403 403 403
GET    /api/teams/{pk}/merge-requests/                                  403 403 403 200 200 403 403 403
GET    /api/teams/{pk}/merge-requests/preview/                          403 403 403 403 400 403 403 403
POST   /api/teams/{pk}/merge-requests/                                  401 403 403 403 409 403 403 403
GET    /api/invitations/                                                401 200 200 200 200 200 200 200
POST   /api/invitations/{pk}/accept/                                    401 200 404 403 403 404 404 404
POST   /api/invitations/{pk}/refuse/                                    401 200 404 403 403 404 404 404
POST   /api/invitations/{pk}/cancel/                                    401 403 404 403 200 404 404 404
POST   /api/merge-requests/{pk}/accept/                                 401 404 403 403 200 404 404 404
POST   /api/merge-requests/{pk}/refuse/                                 401 404 403 403 200 404 404 404
POST   /api/merge-requests/{pk}/cancel/                                 401 404 200 403 403 404 404 404
POST   /api/teams/submissions/                                          401 403 403 201 201 403 403 403
GET    /api/teams/{pk}/submissions/                                     401 403 403 200 200 403 403 403
GET    /api/teams/{pk}/allowance/                                       401 403 403 200 200 403 403 403
GET    /api/submissions/{pk}/                                           401 404 404 200 200 404 404 404
PATCH  /api/submissions/{pk}/                                           401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/file/                                      401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/experiment/                                404 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/receipt/                                   401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/receipt/path/                              401 404 404 404 404 404 404 404
PUT    /api/submissions/{pk}/selection/                                 401 404 404 200 200 404 404 404
DELETE /api/submissions/{pk}/selection/                                 401 404 404 200 200 404 404 404
# exclusions: by organisers; the excluded submission is of *participant*'s team
GET    /api/competitions/{competition}/exclusions/                      401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/submissions/                     401 403 403 403 403 200 403 200
GET    /api/teams/{pk}/exclusions/                                      401 403 403 200 200 200 403 200
POST   /api/teams/{pk}/exclusions/                                      401 403 403 403 403 201 403 201
POST   /api/submissions/{pk}/exclusions/                                401 404 404 404 404 201 404 201
POST   /api/exclusions/{pk}/lift/                                       401 404 403 404 404 200 404 200
POST   /api/exclusions/{pk}/answer/                                     401 404 200 404 404 403 404 403
GET    /api/competitions/{competition}/trials/                          401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/trials/                          401 403 403 403 403 201 403 201
DELETE /api/competitions/{competition}/trials/{pk}/                     401 403 403 403 403 204 403 204
PUT    /api/competitions/{competition}/trials/{pk}/baseline/            401 403 403 403 403 200 403 200
DELETE /api/competitions/{competition}/trials/{pk}/baseline/            401 403 403 403 403 204 403 204
GET    /api/teams/{pk}/extra-submissions/                               401 403 403 200 200 200 403 200
POST   /api/teams/{pk}/extra-submissions/                               401 403 403 403 403 201 403 201
# discussions
GET    /api/discussions/                                                200 200 200 200 200 200 200 200
GET    /api/discussions/feed/                                           200 200 200 200 200 200 200 200
# Which competition it is about stands in the query.
GET    /api/discussions/audience/                                       401 400 400 400 400 400 400 400
POST   /api/discussions/                                                401 403 201 201 201 201 403 201
GET    /api/discussions/tags/                                           200 200 200 200 200 200 200 200
GET    /api/discussions/{pk}/                                           200 200 200 200 200 200 200 200
PATCH  /api/discussions/{pk}/                                           401 403 403 403 200 403 403 403
DELETE /api/discussions/{pk}/                                           401 403 403 403 204 204 403 204
POST   /api/discussions/{pk}/announce/                                  401 403 403 403 403 200 403 200
POST   /api/discussions/{pk}/hide/                                      401 403 403 403 403 200 403 200
POST   /api/discussions/{pk}/unhide/                                    401 403 403 403 403 200 403 200
PUT    /api/discussions/{pk}/like/                                      401 200 200 200 200 200 200 200
DELETE /api/discussions/{pk}/like/                                      401 200 200 200 200 200 200 200
POST   /api/discussions/{pk}/report/                                    401 201 201 201 400 201 201 201
GET    /api/discussions/{pk}/revisions/                                 200 200 200 200 200 200 200 200
GET    /api/discussions/{pk}/comments/                                  200 200 200 200 200 200 200 200
POST   /api/discussions/{pk}/comments/                                  401 403 201 201 201 201 403 201
GET    /api/comments/{pk}/                                              200 200 200 200 200 200 200 200
PATCH  /api/comments/{pk}/                                              401 403 403 200 403 403 403 403
DELETE /api/comments/{pk}/                                              401 403 403 204 403 204 403 204
POST   /api/comments/{pk}/hide/                                         401 403 403 403 403 200 403 200
POST   /api/comments/{pk}/unhide/                                       401 403 403 403 403 200 403 200
PUT    /api/comments/{pk}/like/                                         401 200 200 200 200 200 200 200
DELETE /api/comments/{pk}/like/                                         401 200 200 200 200 200 200 200
POST   /api/comments/{pk}/report/                                       401 201 409 400 201 201 201 201
GET    /api/comments/{pk}/revisions/                                    200 200 200 200 200 200 200 200
GET    /api/reports/                                                    401 200 200 200 200 200 200 200
POST   /api/reports/{pk}/resolve/                                       401 404 404 404 404 200 404 200
POST   /api/uploads/                                                    401 201 201 201 201 201 201 201
GET    /api/uploads/{pk}/{name}                                         200 200 200 200 200 200 200 200
POST   /api/notebooks/convert/                                          401 200 200 200 200 200 200 200
# notifications
GET    /api/notifications/                                              401 200 200 200 200 200 200 200
GET    /api/notifications/unread-count/                                 401 200 200 200 200 200 200 200
POST   /api/notifications/read/                                         401 200 200 200 200 200 200 200
POST   /api/notifications/delete/                                       401 200 200 200 200 200 200 200
GET    /api/notifications/preferences/                                  401 200 200 200 200 200 200 200
PATCH  /api/notifications/preferences/                                  401 200 200 200 200 200 200 200
GET    /api/notifications/unsubscribe/{token}/                          404 404 404 404 404 404 404 404
POST   /api/notifications/unsubscribe/{token}/                          404 404 404 404 404 404 404 404
DELETE /api/notifications/{pk}/                                         401 404 404 404 204 404 404 404
POST   /api/notifications/{pk}/read/                                    401 404 404 404 204 404 404 404
POST   /api/notifications/{pk}/unread/                                  401 404 404 404 204 404 404 404
# the uzu command, for pip
GET    /uzu-client.zip                                                  200 200 200 200 200 200 200 200
GET    /uzu-scoring.zip                                                 200 200 200 200 200 200 200 200
# the guruguru command line
POST   /auth/login/                                                     200 200 200 200 200 200 200 200
GET    /teams/                                                          200 200 200 200 200 200 200 200
POST   /teams/submissions/                                              401 404 404 201 201 404 404 404
GET    /competitions/{key}/public/                                      200 200 200 200 200 200 200 200
GET    /competitions/{key}/private/                                     403 403 403 403 403 403 403 403
# the kaggle command line
PUT    /api/v1/uploads/{secret}                                         404 404 404 404 404 404 404 404
GET    /api/v1/files/{token}/{name}                                     404 404 404 404 404 404 404 404
POST   /api/v1/files/{token}/{name}                                     404 404 404 404 404 404 404 404
POST   /api/v1/{service}/{method}                                       401 200 200 200 200 200 200 200
# after the end, scored, not confirmed
GET    /api/competitions/{competition}/archive/@ended                   403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/grades/@ended                    403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/grades/csv/@ended                403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/@ended                           200 200 200 200 200 200 200 200
PATCH  /api/competitions/{competition}/@ended                           401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/enter/@ended                     401 403 409 409 409 403 403 403
GET    /api/competitions/{competition}/solution/@ended                  403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/solution/file/@ended             403 403 403 403 403 403 403 403
PUT    /api/competitions/{competition}/solution/@ended                  401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/leaderboard/public/@ended        200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/public/csv/@ended    200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/private/@ended       403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/leaderboard/private/csv/@ended   403 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/leaderboard/history/@ended       200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/combined/@ended      404 404 404 404 404 404 404 404
GET    /api/competitions/{competition}/leaderboard/combined/csv/@ended  404 404 404 404 404 404 404 404
POST   /api/competitions/{competition}/brackets/@ended                  401 403 403 403 403 400 403 400
PUT    /api/teams/{pk}/brackets/@ended                                  401 403 403 403 409 400 403 400
POST   /api/teams/{pk}/leave/@ended                                     401 403 403 403 403 403 403 403
POST   /api/teams/{pk}/invitations/@ended                               401 403 403 403 403 403 403 403
POST   /api/teams/{pk}/merge-requests/@ended                            401 403 403 403 403 403 403 403
POST   /api/invitations/{pk}/accept/@ended                              401 403 404 403 403 404 404 404
POST   /api/merge-requests/{pk}/accept/@ended                           401 404 403 403 403 404 404 404
GET    /api/users/{username}/competitions/@ended                        200 200 200 200 200 200 200 200
POST   /api/teams/submissions/@ended                                    401 403 403 201 201 403 403 403
GET    /api/teams/{pk}/submissions/@ended                               401 403 403 200 200 403 403 403
GET    /api/submissions/{pk}/@ended                                     401 404 404 200 200 404 404 404
PATCH  /api/submissions/{pk}/@ended                                     401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/file/@ended                                401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/receipt/@ended                             401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/receipt/path/@ended                        401 404 404 200 200 404 404 404
PUT    /api/submissions/{pk}/selection/@ended                           401 404 404 403 403 404 404 404
DELETE /api/submissions/{pk}/selection/@ended                           401 404 404 403 403 404 404 404
GET    /api/competitions/{competition}/scoring-runs/@ended              403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/scoring-runs/@ended              401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/scoring-runs/{pk}/@ended         403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/private-leaderboard/confirm/@ended 401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/private-leaderboard/unconfirm/@ended 401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/leaderboard/private/preview/@ended 403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/leaderboard/private/preview/csv/@ended 403 403 403 403 403 200 403 200
POST   /teams/submissions/@ended                                        401 404 404 201 201 404 404 404
GET    /competitions/{key}/private/@ended                               403 403 403 403 403 403 403 403
POST   /api/competitions/{competition}/noise/ranks/@ended               401 403 403 403 403 403 403 403
GET    /api/competitions/{competition}/noise/@ended                     200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/integrity/{pk}/@ended            403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/log/@ended                       200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/exclusions/@ended                401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/submissions/@ended               401 403 403 403 403 200 403 200
GET    /api/teams/{pk}/exclusions/@ended                                401 403 403 200 200 200 403 200
POST   /api/teams/{pk}/exclusions/@ended                                401 403 403 403 403 201 403 201
POST   /api/submissions/{pk}/exclusions/@ended                          401 404 404 404 404 201 404 201
POST   /api/exclusions/{pk}/lift/@ended                                 401 404 403 404 404 200 404 200
POST   /api/exclusions/{pk}/answer/@ended                               401 404 200 404 404 403 404 403
GET    /api/competitions/{competition}/trials/@ended                    401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/trials/@ended                    401 403 403 403 403 201 403 201
PUT    /api/competitions/{competition}/trials/{pk}/baseline/@ended      401 403 403 403 403 200 403 200
POST   /api/teams/{pk}/extra-submissions/@ended                         401 403 403 403 403 403 403 403
# confirmed
GET    /api/competitions/{competition}/archive/@confirmed               403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/grades/@confirmed                403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/grades/csv/@confirmed            403 403 403 403 403 200 403 200
POST   /api/teams/{pk}/exclusions/@confirmed                            401 403 403 403 403 201 403 201
POST   /api/submissions/{pk}/exclusions/@confirmed                      401 404 404 404 404 201 404 201
POST   /api/exclusions/{pk}/lift/@confirmed                             401 404 403 404 404 200 404 200
GET    /api/competitions/{competition}/log/@confirmed                   200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/@confirmed                       200 200 200 200 200 200 200 200
PATCH  /api/competitions/{competition}/@confirmed                       401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/enter/@confirmed                 401 403 409 409 409 403 403 403
GET    /api/competitions/{competition}/solution/@confirmed              403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/solution/file/@confirmed         403 403 403 403 403 403 403 403
PUT    /api/competitions/{competition}/solution/@confirmed              401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/leaderboard/public/@confirmed    200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/public/csv/@confirmed 200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/private/@confirmed   200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/private/csv/@confirmed 200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/history/@confirmed   200 200 200 200 200 200 200 200
GET    /api/competitions/{competition}/leaderboard/combined/@confirmed  404 404 404 404 404 404 404 404
GET    /api/competitions/{competition}/leaderboard/combined/csv/@confirmed 404 404 404 404 404 404 404 404
POST   /api/competitions/{competition}/brackets/@confirmed              401 403 403 403 403 400 403 400
PATCH  /api/competitions/{competition}/brackets/{bracket}/@confirmed    401 403 403 403 403 400 403 400
DELETE /api/competitions/{competition}/brackets/{bracket}/@confirmed    401 403 403 403 403 204 403 204
PUT    /api/teams/{pk}/brackets/@confirmed                              401 403 403 403 409 400 403 400
POST   /api/teams/{pk}/leave/@confirmed                                 401 403 403 403 403 403 403 403
GET    /api/teams/{pk}/invitations/@confirmed                           403 403 403 200 200 403 403 403
POST   /api/teams/{pk}/invitations/@confirmed                           401 403 403 403 403 403 403 403
GET    /api/teams/{pk}/merge-requests/@confirmed                        403 403 403 200 200 403 403 403
POST   /api/teams/{pk}/merge-requests/@confirmed                        401 403 403 403 403 403 403 403
GET    /api/invitations/@confirmed                                      401 200 200 200 200 200 200 200
POST   /api/invitations/{pk}/accept/@confirmed                          401 403 404 403 403 404 404 404
POST   /api/invitations/{pk}/refuse/@confirmed                          401 200 404 403 403 404 404 404
POST   /api/invitations/{pk}/cancel/@confirmed                          401 403 404 403 200 404 404 404
POST   /api/merge-requests/{pk}/accept/@confirmed                       401 404 403 403 403 404 404 404
POST   /api/merge-requests/{pk}/refuse/@confirmed                       401 404 403 403 200 404 404 404
POST   /api/merge-requests/{pk}/cancel/@confirmed                       401 404 200 403 403 404 404 404
GET    /api/users/{username}/competitions/@confirmed                    200 200 200 200 200 200 200 200
POST   /api/teams/submissions/@confirmed                                401 403 403 201 201 403 403 403
GET    /api/teams/{pk}/submissions/@confirmed                           401 403 403 200 200 403 403 403
GET    /api/submissions/{pk}/@confirmed                                 401 404 404 200 200 404 404 404
PATCH  /api/submissions/{pk}/@confirmed                                 401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/file/@confirmed                            401 404 404 200 200 404 404 404
GET    /api/submissions/{pk}/receipt/path/@confirmed                    401 404 404 200 200 404 404 404
PUT    /api/submissions/{pk}/selection/@confirmed                       401 404 404 403 403 404 404 404
DELETE /api/submissions/{pk}/selection/@confirmed                       401 404 404 403 403 404 404 404
GET    /api/competitions/{competition}/scoring-runs/@confirmed          403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/scoring-runs/@confirmed          401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/scoring-runs/{pk}/@confirmed     403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/noise/@confirmed                 200 200 200 200 200 200 200 200
POST   /api/competitions/{competition}/noise/ranks/@confirmed           401 403 403 403 403 201 403 201
GET    /api/competitions/{competition}/integrity/{pk}/@confirmed        403 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/private-leaderboard/confirm/@confirmed 401 403 403 403 403 200 403 200
POST   /api/competitions/{competition}/private-leaderboard/unconfirm/@confirmed 401 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/leaderboard/private/preview/@confirmed 403 403 403 403 403 200 403 200
GET    /api/competitions/{competition}/leaderboard/private/preview/csv/@confirmed 403 403 403 403 403 200 403 200
POST   /teams/submissions/@confirmed                                    401 404 404 201 201 404 404 404
GET    /competitions/{key}/private/@confirmed                           200 200 200 200 200 200 200 200
"""


def file(name: str, content: bytes, filename: str) -> Callable[[Scenario], dict[str, Any]]:
    """A multipart body with a file, made anew for each request."""
    return lambda _scenario: {name: SimpleUploadedFile(filename, content)}


def picture(name: str) -> Callable[[Scenario], dict[str, Any]]:
    return file(name, PIXEL, "a.gif")


def bundle() -> bytes:
    text = "\n".join(
        [
            "format: uzu-competition/1",
            "title: From elsewhere",
            "slug: from-elsewhere",
            "clock: {startsAt: 2027-06-01T00:00Z, endsAt: 2027-06-02T00:00Z}",
            "metric: {name: rmse}",
        ]
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uzu-competition.yaml", text)
    return content.getvalue()


# What is sent along; nothing where nothing is named.
BODIES: dict[tuple[str, str], Body] = {
    ("PATCH", "/api/me/"): {"bio": "Hello."},
    ("PUT", "/api/me/avatar/"): picture("avatar"),
    ("POST", "/api/me/delete/"): {"password": "a good password"},
    ("POST", "/api/me/tokens/"): {"name": "laptop"},
    ("PATCH", "/api/competitions/{competition}/"): {"summary": "New."},
    ("POST", "/api/competitions/"): {"title": "Tides of Osaka"},
    ("PATCH", "/api/competitions/{competition}/workbench/"): {"shuffle": True},
    ("POST", "/api/competitions/{competition}/workbench/clock/"): {
        "preset": "week",
        "startsAt": "2027-06-01T00:00Z",
    },
    ("POST", "/api/competitions/{competition}/workbench/uploads/"): {"name": "train.csv", "size": 5},
    ("POST", "/api/competitions/{competition}/clone/"): {
        "title": "Next",
        "slug": "next",
        "startsAt": "2027-06-01T00:00Z",
        "withSolution": False,
    },
    ("POST", "/api/competitions/{competition}/phases/"): {
        "name": "Final",
        "startsAt": "2026-07-01T00:00:00Z",
        "endsAt": "2026-07-08T00:00:00Z",
    },
    ("PATCH", "/api/competitions/{competition}/phases/{phase}/"): {"name": "Development"},
    ("PUT", "/api/competitions/{competition}/phases/{phase}/teams/"): {"teams": [1], "reason": "Invited."},
    ("PATCH", "/api/competitions/{competition}/phases/{phase}/teams/"): {"add": [1], "reason": "Invited."},
    ("POST", "/api/competition-bundles/"): lambda _scenario: {"bundle": SimpleUploadedFile("cup.zip", bundle())},
    ("POST", "/api/competitions/{competition}/pages/"): {"slug": "prizes", "title": "Prizes", "body": "None."},
    ("PATCH", "/api/competitions/{competition}/pages/{page}/"): {"body": "New."},
    ("POST", "/api/competitions/{competition}/brackets/"): {"slug": "rookie", "name": "Rookies"},
    ("PATCH", "/api/competitions/{competition}/brackets/{bracket}/"): {"name": "Pupils"},
    ("DELETE", "/api/competitions/{competition}/brackets/{bracket}/"): {"reason": "Nobody studies."},
    ("PUT", "/api/teams/{pk}/brackets/"): {"brackets": []},
    ("POST", "/api/competitions/{competition}/crew-invitations/"): {"username": "other", "role": "helper"},
    ("POST", "/api/competitions/{competition}/roster/preview/"): {"csv": "e-mail,name\na@example.org,A\n"},
    ("POST", "/api/competitions/{competition}/roster/import/"): {"csv": "e-mail,name\na@example.org,A\n"},
    ("POST", "/api/roster-links/open/"): lambda scenario: {"token": scenario.things["link"]},
    ("POST", "/api/roster-links/join/"): lambda scenario: {
        "token": scenario.things["link"],
        "username": "pupil",
        "password": "a long and good one",
    },
    ("PUT", "/api/competitions/{competition}/grades/rule/"): {
        "lines": [{"score": 0.5, "grade": 60}],
        "assignment": "Cup",
    },
    ("PUT", "/api/competitions/{competition}/solution/"): lambda scenario: {
        "reason": "A mistake.",
        **file("file", SOLUTION, "solution.csv")(scenario),
    },
    ("POST", "/api/competitions/{competition}/own-metrics/"): lambda scenario: {
        "direction": "smaller_is_better",
        **file("file", METRIC, "metric.py")(scenario),
    },
    ("PATCH", "/api/competitions/{competition}/own-metrics/{version}/"): {"isShown": True},
    ("POST", "/api/competitions/{competition}/own-metrics/signature/"): {"source": METRIC.decode()},
    ("POST", "/api/competitions/{competition}/own-metrics/{version}/use/"): {"reason": "A mistake."},
    ("POST", "/api/competitions/{competition}/data/"): file("file", b"id\n1\n", "more.csv"),
    ("PATCH", "/api/competitions/{competition}/data/{pk}/"): {"phase": 1},
    ("POST", "/api/competitions/{competition}/data/uploads/"): {"name": "large.bin", "size": 5},
    ("POST", "/api/competitions/{competition}/data/uploads/{upload}/targets/"): {"numbers": [1]},
    ("POST", "/api/competitions/{competition}/scoring-runs/"): {"kind": "private", "reason": "A mistake."},
    ("POST", "/api/competitions/{competition}/private-leaderboard/unconfirm/"): {"reason": "A mistake."},
    ("POST", "/api/competitions/{competition}/noise/wobble/"): lambda scenario: {
        "submission": scenario.ids["submissions"]
    },
    ("PATCH", "/api/teams/{pk}/"): {"name": "New"},
    ("POST", "/api/teams/{pk}/transfer/"): {"username": "member"},
    ("POST", "/api/teams/{pk}/remove/"): {"username": "member"},
    ("POST", "/api/teams/{pk}/invitations/"): {"username": "other"},
    ("POST", "/api/teams/{pk}/merge-requests/"): lambda scenario: {"team": scenario.things["rivals"].pk},
    ("POST", "/api/markdown/"): {"body": "**Hello**"},
    ("POST", "/api/teams/submissions/"): lambda scenario: {
        "team": scenario.things["team"].pk,
        **file("file", PREDICTIONS, "submission.csv")(scenario),
    },
    ("PATCH", "/api/submissions/{pk}/"): {"memo": "ridge"},
    ("POST", "/api/teams/{pk}/exclusions/"): {"reason": "Two accounts."},
    ("POST", "/api/competitions/{competition}/trials/"): file("file", PREDICTIONS, "trial.csv"),
    ("PUT", "/api/competitions/{competition}/trials/{pk}/baseline/"): {"name": "Mean"},
    ("POST", "/api/teams/{pk}/extra-submissions/"): {"count": 1, "reason": "The site was down."},
    ("POST", "/api/submissions/{pk}/exclusions/"): {"reason": "Two accounts."},
    ("POST", "/api/exclusions/{pk}/lift/"): {"reason": "A mistake."},
    ("POST", "/api/exclusions/{pk}/answer/"): {"answer": "We are two."},
    ("PUT", "/api/competitions/{competition}/publication/"): {"publishAt": "2099-01-01T00:00:00Z"},
    ("POST", "/api/discussions/"): {"competition": "cup", "title": "Hello", "body": "All."},
    ("PATCH", "/api/discussions/{pk}/"): {"title": "New"},
    ("POST", "/api/discussions/{pk}/hide/"): {"reason": "off topic"},
    ("POST", "/api/discussions/{pk}/report/"): {"reason": "spam"},
    ("POST", "/api/discussions/{pk}/comments/"): {"body": "Hi."},
    ("PATCH", "/api/comments/{pk}/"): {"body": "New."},
    ("POST", "/api/comments/{pk}/hide/"): {"reason": "off topic"},
    ("POST", "/api/comments/{pk}/report/"): {"reason": "spam"},
    ("POST", "/api/reports/{pk}/resolve/"): {"action": "dismiss"},
    ("POST", "/api/uploads/"): picture("file"),
    ("POST", "/api/notifications/read/"): {"all": True},
    ("POST", "/api/notifications/delete/"): {"all": True},
    ("PATCH", "/api/notifications/preferences/"): {"preferences": [{"kind": "like", "email": "off"}]},
    ("POST", "/auth/login/"): {"username": "owner", "password": "a good password"},
    ("POST", "/teams/submissions/"): lambda scenario: {
        "team": scenario.things["team"].pk,
        **file("file", PREDICTIONS, "submission.csv")(scenario),
    },
    ("POST", "/api/notebooks/convert/"): file("file", NOTEBOOK, "a.ipynb"),
}

# What belongs to a phase is asked for at an address that names the phase as well: the same of everybody.
OF_A_PHASE = (
    *("leaderboard/", "solution/", "own-metrics/", "submission-schema/", "scoring-runs/", "private-leaderboard/"),
    *("integrity/", "dry-runs/", "noise/", "trials/", "submissions/", "activity/", "grades/"),
)
# Of all phases together.
OF_NO_PHASE = ("leaderboard/combined/",)
COMPETITION, PHASE = "/api/competitions/{competition}/", "/api/competitions/{competition}/phases/{phase}/"


def naming_the_phase(route: str) -> str | None:
    """The address of the same thing that names the phase; None: it is of no phase."""
    rest = route.removeprefix(COMPETITION)
    is_of_one = rest.startswith(OF_A_PHASE) and not rest.startswith(OF_NO_PHASE)
    return PHASE + rest if route.startswith(COMPETITION) and is_of_one else None


def lines_naming_the_phase() -> list[str]:
    found = []
    for line in TABLE.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        method, route, *statuses = line.split()
        if (named := naming_the_phase(route)) is not None:
            found.append(" ".join([method, named, *statuses]))
    return found


TABLE = "\n".join([TABLE.strip("\n"), *lines_naming_the_phase()])
BODIES |= {(method, named): body for (method, route), body in BODIES.items() if (named := naming_the_phase(route))}
