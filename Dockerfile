# The command `catalog` and what it needs at run time, nothing else.
#   docker build -t catalog . && docker run --rm catalog --version

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libpq-dev libssl-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies have a layer of their own: a change of the code does not fetch them again.
COPY Package.swift ./
RUN swift package resolve
COPY . .
RUN swift build -c release --static-swift-stdlib --product catalog \
    && install -D "$(swift build -c release --show-bin-path)/catalog" /out/catalog

FROM debian:bookworm-slim
# postgresql-client is for `catalog psql`.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libpq5 libssl3 libstdc++6 postgresql-client zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --create-home --home-dir /var/lib/catalog catalog
COPY --from=build /out/catalog /usr/local/bin/catalog
COPY scripts/is-ready.sh /usr/local/bin/catalog-is-ready
USER catalog
# Without settings the reports and mails go to .catalog here.
WORKDIR /var/lib/catalog
ENV CATALOG_HTTP_ADDRESS=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# Of `serve`; a container that only works (`catalog worker`) is started with --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["catalog-is-ready"]
ENTRYPOINT ["catalog"]
CMD ["serve"]
