FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && pip install --no-cache-dir build && python -m build --wheel --outdir /dist . \
 && /venv/bin/pip install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
COPY --from=build /venv /venv
USER nobody
EXPOSE 8080
# Off loopback the control plane needs a token: give TRACKFLOW_MOCK_ADMIN_TOKEN, or read the one printed at the start.
ENV TRACKFLOW_MOCK_HOST=0.0.0.0
ENTRYPOINT ["/venv/bin/trackflow-mock"]
CMD ["serve"]
