"""How gunicorn serves Uzu behind the proxy of docker-compose.yml; every number can be set from outside."""

import os
import sys

# The folder of the application: gunicorn reads this file before it looks there.
sys.path.insert(0, os.getcwd())  # noqa: PTH109

from foundation.cores import cores

bind = os.environ.get("UZU_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or cores())
# Threads: most of a request waits for the database or the file store; scoring releases the lock while it counts.
threads = int(os.environ.get("WEB_THREADS") or 4)
worker_class = "gthread"
# Scoring a file at the inline bound on a busy machine takes seconds, not minutes.
timeout = int(os.environ.get("WEB_TIMEOUT") or 120)
# A container is given ten seconds more to stop: stop_grace_period, terminationGracePeriodSeconds.
graceful_timeout = 30
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# The proxy's address is the only one that reaches the container's port.
forwarded_allow_ips = "*"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 -- heartbeats stay in memory
# Nobody speaks to it, and in a home that containers share it would be one socket for all of them.
control_socket_disable = True
accesslog = None
