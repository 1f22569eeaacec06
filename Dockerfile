# Packages and assets are fetched in stages of their own; the image that runs carries neither pip's cache nor Node.
FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/base.txt

# pg_dump and pg_restore must be of the server's version (docker-compose.yml); Debian's own are older.
FROM postgres:17-bookworm AS database
RUN mkdir -p /client/bin /client/lib \
 && cp /usr/lib/postgresql/17/bin/pg_dump /usr/lib/postgresql/17/bin/pg_restore /client/bin/ \
 && cp -L /usr/lib/*-linux-gnu/libpq.so.5 /client/lib/

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/clinic/static
# libpq5 brings what its newer self stands on; a program that could not run would stop the build here, not the night.
RUN apt-get update && apt-get install --yes --no-install-recommends libpq5 liblz4-1 libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=database /client/bin/ /usr/local/bin/
COPY --from=database /client/lib/ /usr/local/lib/
RUN ldconfig && pg_dump --version && pg_restore --version
RUN groupadd --system --gid 10001 clinic \
 && useradd --system --uid 10001 --gid clinic --home-dir /srv/clinic --shell /usr/sbin/nologin clinic \
 && install -d -o clinic -g clinic -m 0700 /srv/clinic /srv/clinic/files /srv/clinic/state /srv/clinic/backups
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=assets /build/node_modules ./node_modules
COPY manage.py ./
COPY clinic ./clinic
COPY scheduling ./scheduling
COPY records ./records
COPY billing ./billing
COPY inventory ./inventory
COPY templates ./templates
COPY static ./static
# Settings demand a whole environment; these values only serve to collect the static files and are not kept.
RUN SECRET_KEY=only-while-the-image-is-built-and-never-afterwards-used-00 ALLOWED_HOSTS=localhost \
    PUBLIC_URL=https://localhost DATABASE_URL=postgresql:///none REDIS_URL=redis://localhost MEDIA_ROOT=/tmp \
    python manage.py collectstatic --noinput --verbosity 0 \
 && chmod -R a+rX /srv/clinic/static && chmod 0711 /srv/clinic
USER clinic
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-m", "clinic.runtime.probe"]
# Sync workers: a proxy that buffers stands in front (docker-compose.yml). Without one, use --worker-class gthread.
CMD ["gunicorn", "clinic.wsgi", "--bind", "0.0.0.0:8000", "--workers", "5", "--preload", \
     "--worker-tmp-dir", "/dev/shm", "--timeout", "60", "--graceful-timeout", "20", "--max-requests", "5000", \
     "--max-requests-jitter", "500", "--log-level", "info", \
     "--logger-class", "clinic.core.weblog.JsonLogger"]
