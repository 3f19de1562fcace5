# The SPINE server as a container. Needs BuildKit. docs/docker.md tells how it is made and how to run it.
#
#   docker build .                  the default image: just the files the server needs, no shell, on an empty base
#   docker build --target debug .   the same environment and code on the slim base, with a shell and apt
#
# To pin the base by digest:  --build-arg BASE_IMAGE=python:3.13-slim@sha256:...
ARG PYTHON_VERSION=3.13
ARG BASE_IMAGE=python:${PYTHON_VERSION}-slim


FROM ${BASE_IMAGE} AS base
ENV LANG=C.UTF-8 \
    PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1
WORKDIR /app


# -- what installs the rest: Poetry turns the lock file into lists with hashes, pip installs them
FROM base AS installer
ARG POETRY_VERSION=2.5.1
ARG POETRY_EXPORT_VERSION=1.10.1
ENV PIP_CACHE_DIR=/var/cache/pip \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1
RUN --mount=type=cache,target=/var/cache/pip \
    python3 -m venv /opt/poetry \
    && /opt/poetry/bin/pip install -q "poetry==${POETRY_VERSION}" "poetry-plugin-export==${POETRY_EXPORT_VERSION}"
COPY pyproject.toml poetry.lock ./


# -- the environment: production dependencies of the lock file; built again only when the lock file changes
FROM installer AS builder
# of the base's own Debian release, and nothing of it enters the image
# hadolint ignore=DL3008
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    apt-get -qq update && apt-get -qq install -y --no-install-recommends binutils
COPY deploy/image/prune.py /opt/image/
RUN --mount=type=cache,target=/var/cache/pip \
    /opt/poetry/bin/poetry export --only main --output /opt/requirements.txt \
    && python3 -m venv --without-pip .venv \
    && /opt/poetry/bin/pip --python .venv/bin/python install -q --no-deps --no-compile --require-hashes --only-binary :all: \
       -r /opt/requirements.txt \
    && python3 /opt/image/prune.py .venv


# -- the dashboard. Node.js comes from the Python package index too, pinned by the lock file: no second base image.
FROM installer AS dashboard-builder
ENV PATH=/opt/node/bin:$PATH \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    NPM_CONFIG_UPDATE_NOTIFIER=false
RUN --mount=type=cache,target=/var/cache/pip \
    /opt/poetry/bin/poetry export --only node --output /opt/node.txt \
    && python3 -m venv --without-pip /opt/node \
    && /opt/poetry/bin/pip --python /opt/node/bin/python install -q --no-deps --require-hashes --only-binary :all: -r /opt/node.txt
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache /var/cache/npm --no-audit --no-fund
COPY web ./
RUN npm run build -- --outDir /dashboard --emptyOutDir --logLevel warn

# A folder built elsewhere takes the place of this stage with --build-context dashboard=FOLDER; an empty one leaves the page out.
FROM scratch AS dashboard
COPY --from=dashboard-builder /dashboard /


# -- the code: a wheel, so that the image holds what a user of the package would get
FROM builder AS application
COPY README.md LICENSE ./
COPY src src
COPY --from=dashboard / src/spine/dashboard/dist/
RUN /opt/poetry/bin/poetry build -q --format wheel --output /opt/dist \
    && /opt/poetry/bin/pip --python .venv/bin/python install -q --no-deps --no-compile --no-index /opt/dist/*.whl \
    && python3 /opt/image/prune.py .venv


# -- the runtime on the slim base, for those who need to look around in it
FROM base AS debug
COPY --from=application /app/.venv /app/.venv
RUN groupadd --gid 10001 spine \
    && useradd --uid 10001 --gid spine --home-dir /state --no-create-home --shell /usr/sbin/nologin spine \
    && install -d -m 1777 -o spine -g spine /state
ENV HOST=0.0.0.0 \
    PORT=8000 \
    SPINE_STATE_DIR=/state \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
VOLUME ["/state"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 CMD ["spine", "healthcheck"]
ENTRYPOINT ["spine", "serve"]


# -- the default image: interpreter, environment and the libraries they load, copied out of the runtime to an empty base ...
FROM debug AS tree
# the user of the image is set in its last stage
# hadolint ignore=DL3002
USER 0
COPY deploy/image/assemble.py /opt/image/
RUN ["python3", "/opt/image/assemble.py", "/tree"]

# ... and really started there: what is missing fails the build; what is imported gets its byte code
FROM scratch AS proved
COPY --from=tree /tree /
ENV PATH=/app/.venv/bin:/usr/local/bin \
    LANG=C.UTF-8
RUN --mount=type=bind,source=deploy/image/prove.py,target=/prove.py ["python", "/prove.py"]

# ... without what the builder mounts, and with one time for all files: the same sources give the same layer, bit for bit
# (SOURCE_DATE_EPOCH is for the times in the image's description; BuildKit's cache of layers does not look at it)
FROM debug AS settled
# the user of the image is set in its last stage
# hadolint ignore=DL3002
USER 0
RUN --mount=type=bind,from=proved,target=/proved \
    mkdir /settled \
    && find /proved -mindepth 1 -maxdepth 1 ! -name dev ! -name proc ! -name sys -exec cp -a -t /settled {} + \
    && rm -f /settled/prove.py \
    && find /settled -exec touch --no-dereference --date=@0 {} +

FROM scratch AS runtime
COPY --from=settled /settled /
ARG PYTHON_VERSION
ARG BASE_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="SPINE" \
      org.opencontainers.image.description="Freight logistics simulation server" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.vendor="SPINE contributors" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
ENV PATH=/app/.venv/bin:/usr/local/bin \
    LANG=C.UTF-8 \
    HOST=0.0.0.0 \
    PORT=8000 \
    SPINE_STATE_DIR=/state \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /state
USER 10001:10001
EXPOSE 8000
VOLUME ["/state"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 CMD ["spine", "healthcheck"]
ENTRYPOINT ["spine", "serve"]
