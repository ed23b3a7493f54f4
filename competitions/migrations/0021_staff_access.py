import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def note_present_staff(apps, schema_editor):
    """Superusers can get at every solution now. Staff with a permission are noted by the first duty: permissions are
    made after all migrations.
    """
    User = apps.get_model(*settings.AUTH_USER_MODEL.split("."))
    Membership = apps.get_model("competitions", "Membership")
    Standing = apps.get_model("competitions", "Standing")
    StaffAccess = apps.get_model("competitions", "StaffAccess")
    Team = apps.get_model("competitions", "Team")
    now = timezone.now()
    users = list(User.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True))
    StaffAccess.objects.bulk_create(StaffAccess(user_id=user, since=now) for user in users)
    running = Membership.objects.filter(user__in=users, competition__ends_at__gt=now)
    teams = list(running.values_list("team", flat=True))
    Team.objects.filter(pk__in=teams, out_of_competition_at__isnull=True).update(out_of_competition_at=now)
    Standing.objects.filter(team__in=teams).update(is_ranked=False)


class Migration(migrations.Migration):
    dependencies = [
        ("competitions", "0020_extra_submissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "access of staff",
                "verbose_name_plural": "accesses of staff",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("until__isnull", True)), fields=("user",), name="one_present_access_per_person"
                    )
                ],
            },
        ),
        migrations.AlterField(
            model_name='logrow',
            name='kind',
            field=models.CharField(choices=[('published', 'published'), ('unpublished', 'taken off the site'), ('clock', 'clock changed'), ('limits', 'limits changed'), ('rules', 'rules changed'), ('metric', 'metric changed'), ('solution', 'new version of the solution'), ('host_added', 'organiser added'), ('host_removed', 'organiser removed'), ('rescored', 'rescored'), ('private_run', 'private scoring complete'), ('previewed', 'private leaderboard looked at before the confirmation'), ('confirmed', 'result confirmed'), ('unconfirmed', 'confirmation taken back'), ('out_of_competition', 'team out of competition'), ('disqualified', 'team disqualified'), ('reinstated', 'team reinstated'), ('voided', 'submission voided'), ('restored', 'submission restored'), ('allowance', 'extra submissions given')], max_length=20, verbose_name='kind'),
        ),
        migrations.RunPython(note_present_staff, migrations.RunPython.noop),
    ]
