"""
OpenStack Swift in one process, as an S3 server on loopback: Debian's python3-swift, with its proxy, account, container and
object servers, one replica and one disk.

Usage: swift-s3.py FOLDER PORT ACCESS_KEY SECRET_KEY
FOLDER must be on a file system with extended attributes. Ends when its standard input is closed.
"""
import os
import sys

import eventlet

eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True)

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

KINDS = ("account", "container", "object")

BACKEND = """
[DEFAULT]
devices = {folder}/devices
mount_check = false
swift_dir = {folder}
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY = """
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors gatekeeper bulk s3api tempauth backdate slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:backdate]
paste.filter_factory = __main__:backdate
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


class NoCache:
    """In place of memcached, which is to spare several proxies work and has nothing to do here."""

    def get(self, *_args, **_options):
        return None

    def set(self, *_args, **_options):
        pass

    def delete(self, *_args, **_options):
        pass


def backdate(_config, **_local):
    """Requests with a header x-backdate are carried out as if it were that time: tests need objects that are days old."""

    def around(app):
        def answer(environ, start_response):
            if "HTTP_X_BACKDATE" in environ:
                environ["HTTP_X_TIMESTAMP"] = environ["HTTP_X_BACKDATE"]
            return app(environ, start_response)

        return answer

    return around


def without_cache(app):
    def answer(environ, start_response):
        environ["swift.cache"] = NoCache()
        return app(environ, start_response)

    return answer


def listen(port=0):
    return eventlet.listen(("127.0.0.1", port))


def make_ring(folder, kind, port):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, f"{kind}.ring.gz"))


def load(folder, name, text):
    path = os.path.join(folder, f"{name}.conf")
    with open(path, "w") as file:
        file.write(text)
    return loadapp(path, global_conf={"log_name": name, "log_level": "ERROR"})


def serve(sock, app):
    eventlet.spawn(wsgi.server, sock, app, log_output=False, socket_timeout=None)


def main(folder, port, access, secret):
    os.makedirs(os.path.join(folder, "devices", "disk"))
    utils.HASH_PATH_SUFFIX = b"test"
    sockets = {kind: listen() for kind in KINDS}
    for kind, sock in sockets.items():
        make_ring(folder, kind, sock.getsockname()[1])
        # Storage policy 0 is the one that exists without a configuration file.
        serve(sock, load(folder, kind, BACKEND.format(folder=folder, kind=kind)))
    user = access.replace(":", "_")
    proxy = load(folder, "proxy", PROXY.format(folder=folder, user=user, secret=secret))
    serve(listen(int(port)), without_cache(proxy))
    eventlet.tpool.execute(sys.stdin.read)


main(*sys.argv[1:])
