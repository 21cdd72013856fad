# The base is pinned by digest; raise tag and digest together:
#   docker buildx imagetools inspect python:3.13-slim-trixie
ARG PYTHON=python:3.13-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY . .
RUN python -m build --wheel --no-isolation --outdir /dist . \
 && /venv/bin/pip install --no-cache-dir --no-deps --no-index /dist/*.whl

FROM ${PYTHON}
COPY --from=build /venv /venv
RUN install -d -o 65534 -g 65534 /data
USER 65534:65534
EXPOSE 8080
# Off loopback the control plane needs a token: give TRACKFLOW_MOCK_ADMIN_TOKEN, or read the one printed at the start.
ENV TRACKFLOW_MOCK_HOST=0.0.0.0 TRACKFLOW_MOCK_PORT=8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s --retries=3 \
  CMD ["/bin/sh", "-c", "exec /venv/bin/trackflow-mock health http://127.0.0.1:$TRACKFLOW_MOCK_PORT"]
ENTRYPOINT ["/venv/bin/trackflow-mock"]
CMD ["serve"]
