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


# -- what the code imports from elsewhere: the environment depends on these names, not on the code
FROM base AS names
COPY deploy/image/names.py /opt/image/
COPY src/spine /src/spine
RUN python3 /opt/image/names.py /src/spine > /names.txt


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
COPY deploy/package deploy/package
COPY src src
COPY --from=dashboard / src/spine/dashboard/dist/
# an empty folder given as the build context `dashboard` is a package without the page, on purpose
RUN SPINE_WITHOUT_PAGE=1 /opt/poetry/bin/pip wheel -q --no-deps --no-build-isolation --wheel-dir /opt/dist . \
    && /opt/poetry/bin/pip --python .venv/bin/python install -q --no-deps --no-compile --no-index --root /code /opt/dist/*.whl \
    && python3 /opt/image/prune.py /code/app/.venv


# -- the runtime on the slim base, for those who need to look around in it
FROM base AS debug
COPY --from=builder /app/.venv /app/.venv
COPY --from=application /code/app/.venv /app/.venv
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


# -- the default image, on an empty base, in parts that become its layers: a release changes only the small last ones.
# All files have one time, so that the same sources give the same layers, bit for bit.
# (SOURCE_DATE_EPOCH is for the times in the image's description; BuildKit's cache of layers does not look at it)

# ... the interpreter and what it loads: changes with the base image
FROM base AS base-part
COPY deploy/image/assemble.py deploy/image/byte_code.py /opt/image/
RUN ["python3", "-B", "/opt/image/assemble.py", "base", "/part"]

# ... the packages, their libraries, and byte code: changes with the lock file
FROM builder AS dependencies-part
COPY deploy/image/assemble.py deploy/image/byte_code.py /opt/image/
COPY --from=names /names.txt /opt/image/
RUN --mount=type=bind,from=base-part,source=/part,target=/base \
    ["python3", "-B", "/opt/image/assemble.py", "dependencies", "/part", "/base", "/opt/image/names.txt"]

# ... the code, and the bill of materials of all parts
FROM builder AS code-part
COPY deploy/image/sbom.py /opt/image/
COPY web/package-lock.json /opt/image/
COPY --from=application /code /part
RUN --mount=type=bind,from=base-part,source=/part,target=/base \
    --mount=type=bind,from=dependencies-part,source=/part,target=/dependencies \
    python3 -B /opt/image/sbom.py /part/usr/share/sbom/spine.cdx.json /opt/image/package-lock.json /base /dependencies /part \
    && find /part -exec touch --no-dereference --date=@0 {} +

# ... started there: what is missing fails the build; what is imported and has no byte code yet gets it
FROM scratch AS proved
COPY --from=base-part /part /
COPY --from=dependencies-part /part /
COPY --from=code-part /part /
ENV PATH=/app/.venv/bin:/usr/local/bin \
    LANG=C.UTF-8
RUN --mount=type=bind,source=deploy/image,target=/prove ["python", "-B", "/prove/prove.py", "/byte-code"]

# ... and the bill of materials alone:  docker buildx build --target sbom --output build .
FROM scratch AS sbom
COPY --from=code-part /part/usr/share/sbom/spine.cdx.json /sbom.cdx.json

FROM scratch AS runtime
COPY --from=base-part /part /
COPY --from=dependencies-part /part /
COPY --from=code-part /part /
COPY --from=proved /byte-code /
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
