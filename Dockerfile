# syntax=docker/dockerfile:1
# The server as one file in a small image: `docker build -t peerceptron . && docker run -p 3000:3000 peerceptron`

FROM rust:1-trixie AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# Installs the build's own tools, compiles for the browser and for the server, and puts the site into the binary.
RUN cargo xtask dist

FROM debian:trixie-slim
COPY --from=build /source/target/dist/peerceptron /usr/local/bin/peerceptron
# Nobody in particular: the server writes no file.
USER 65532:65532
# All addresses of the container; platforms that choose the port set this variable themselves.
ENV PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
    CMD ["/usr/local/bin/peerceptron", "--check-health"]
ENTRYPOINT ["/usr/local/bin/peerceptron"]
