# There are three stages: the packages, the galaxies that are served, and the final image. Every package is checked
# against its hash.
# `docker buildx imagetools inspect python:3.11.14-slim-bookworm --format '{{.Manifest.Digest}}'` prints the digest of
# the base; build with `--build-arg PYTHON=python:3.11.14-slim-bookworm@sha256:...` to pin it as well.
ARG PYTHON=python:3.11.14-slim-bookworm

FROM ${PYTHON} AS packages
WORKDIR /packages
COPY requirements-serve.lock .
# Only wheels are installed, so no compiler is needed.
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements-serve.lock
# `strip` takes the symbol tables out of jaxlib; only this stage has it.
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -qy --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
COPY scripts/prune.py .
RUN python3 prune.py /opt/venv/lib/python3.11/site-packages

FROM packages AS galaxies
# With "yes", the public galaxies of Khederlarian+24 are served beside the mock; "with-spectra" adds their spectra, 0.3 GB.
ARG REAL_GALAXIES=no
# Mirror to fetch the files from; if it is empty, they are fetched from GitHub.
ARG BASE_URL=
WORKDIR /app
COPY . .
ENV DATA_DIR=/galaxies \
    GALACTIC_NEON_WEIGHTS=/galaxies/weights
RUN mkdir -p /galaxies/weights \
    && set -- ${BASE_URL:+--base-url "$BASE_URL"} \
    && case "${REAL_GALAXIES:-no}" in \
        no) ;; \
        yes) /opt/venv/bin/python cli.py catalogue fetch published --without-spectra "$@" ;; \
        with-spectra) /opt/venv/bin/python cli.py catalogue fetch published "$@" ;; \
        *) echo "REAL_GALAXIES is no, yes or with-spectra, not $REAL_GALAXIES." >&2; exit 2 ;; \
    esac \
    && rm -rf /galaxies/downloads

FROM ${PYTHON}
RUN useradd --create-home --uid 1000 neon
COPY --from=packages /opt/venv /opt/venv
COPY --from=galaxies /galaxies /galaxies
WORKDIR /app
COPY . .
RUN python3 -m compileall -q .
# `--build-arg REVISION=$(git rev-parse HEAD)` sets the revision that /version reports.
ARG REVISION=
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    LOG_FORMAT=json \
    DATA_DIR=/galaxies \
    GALACTIC_NEON_WEIGHTS=/galaxies/weights \
    CACHE_DIR=/home/neon/cache \
    REVISION=$REVISION
USER 1000
# Compress and compile in advance, so that visitors get the smallest files without waiting.
RUN python -m scripts.precompress
# The app writes only to this folder; everything else may be mounted read-only.
VOLUME /home/neon/cache
EXPOSE 8050
HEALTHCHECK --start-period=30s --interval=30s --timeout=5s CMD \
    ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 8050)}/healthz\")"]
CMD ["python", "-m", "server"]
