# The command `catalog` and what it needs at run time, nothing else.
#   docker build -t catalog . && docker run --rm catalog --version
#
# `make pin` writes the digests of both base images behind their names.
ARG SWIFT=swift:6.3-bookworm
ARG DEBIAN=debian:bookworm-slim

FROM ${SWIFT} AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libdeflate-dev libpq-dev libssl-dev libzstd-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies have a layer of their own: a change of the code does not fetch them again.
COPY Package.swift ./
RUN swift package resolve
COPY . .
# Without symbols (-s) it is little more than half the size.
ARG REVISION=
RUN SOURCE_COMMIT="$REVISION" swift build -c release --static-swift-stdlib -Xlinker -s --product catalog \
    && install -D "$(swift build -c release --static-swift-stdlib --show-bin-path)/catalog" /out/catalog

# psql alone, for `catalog psql`: the package it comes in wants perl.
FROM ${DEBIAN} AS psql
RUN apt-get update \
    && cd /tmp && apt-get download postgresql-client-15 \
    && dpkg-deb --extract postgresql-client-15_*.deb /out

FROM ${DEBIAN}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libdeflate0 libpq5 libreadline8 libssl3 libstdc++6 libzstd1 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --create-home --home-dir /var/lib/catalog --shell /usr/sbin/nologin catalog
# The certificates of Amazon RDS, which are signed by no authority that systems know: sslmode=verify-full&sslrootcert=this.
ADD --chmod=644 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/rds/global-bundle.pem
COPY --from=psql /out/usr/lib/postgresql/15/bin/psql /usr/local/bin/psql
COPY --from=build /out/catalog /usr/local/bin/catalog

ARG VERSION=dev
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="Catalog" \
    org.opencontainers.image.description="Data onboarding beside PostgreSQL" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}"

# By number, so that whoever runs it can see that it is not root.
USER 10001:10001
# The root may be read-only: temporary files and, without settings, the reports and mails of .catalog are written here.
VOLUME ["/var/tmp", "/var/lib/catalog"]
WORKDIR /var/lib/catalog
ENV CATALOG_HTTP_ADDRESS=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# Alive, not ready: a restart would not bring back a database that is away. A container without the role `api` has
# CATALOG_METRICS_ADDRESS set, or is started with --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["catalog", "health", "--alive"]
ENTRYPOINT ["catalog"]
CMD ["serve"]
