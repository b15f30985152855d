# The program, CA certificates and git, which `--base` and `drift` ask for commits.
#
#   docker build --tag reconcile .
#   docker run --rm --volume "$PWD:/work" reconcile plan
FROM rust:1.95-alpine3.22 AS build
# SQLite and ring are C.
# Alpine keeps no older version of a package, so there is none to pin.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev gcc
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY benches benches
RUN cargo build --locked --release --bin reconcile

FROM alpine:3.22
# Alpine keeps no older version of a package, so there is none to pin.
# hadolint ignore=DL3018
RUN apk add --no-cache ca-certificates git \
  && adduser -D -u 1000 reconcile \
  # The folder is mounted, and seldom this user's.
  && git config --system --add safe.directory '*'
COPY --from=build /source/target/release/reconcile /usr/local/bin/reconcile
USER 1000
WORKDIR /work
ENTRYPOINT ["reconcile"]
