# The dashboard as an image: `make image`. Any Debian with Python 3.11 or newer can be the base.
#   docker run --rm -p 127.0.0.1:8501:8501 -v engagement:/data channel-engagement     the demo workspace is one click away
#   docker run --rm -e ROCKETCHAT_URL=… -e ROCKETCHAT_USER_ID=… -e ROCKETCHAT_AUTH_TOKEN=… channel-engagement check
# Every setting of .streamlit/secrets.example.toml is a variable: [workspace] url is ENGAGEMENT_WORKSPACE_URL.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && python3 -m venv /opt/channel-engagement
WORKDIR /source
# What is needed changes more seldom than what needs it.
COPY requirements.txt .
RUN /opt/channel-engagement/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .
# Nothing is installed in a container any more.
RUN /opt/channel-engagement/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps . \
 && /opt/channel-engagement/bin/pip uninstall -y -q pip setuptools

FROM ${BASE} AS dashboard
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin engagement \
 && install --directory --owner=engagement --group=engagement --mode=700 /data
COPY deploy/ready.py /usr/local/bin/ready
COPY --from=build /opt/channel-engagement /opt/channel-engagement
# The home folder is the volume: it holds the database and the session key, and is the only place that is written to.
# With an address for browsers, the web server asks no host elsewhere for one as it starts.
ENV PATH=/opt/channel-engagement/bin:/usr/local/bin:/usr/bin:/bin HOME=/data LANG=C.UTF-8 PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 STREAMLIT_BROWSER_SERVER_ADDRESS=localhost
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["python3", "/usr/local/bin/ready"]
ENTRYPOINT ["channel-engagement"]
CMD ["run"]

# With what makes reports as PDF and PNG: Chromium, and fonts for the names that people give rooms.
FROM dashboard AS reports
USER 0:0
# Its sandbox wants rights that a container withholds. What it draws is the dashboard's own document, all of it escaped,
# without a network; the container is what keeps it in.
RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/* \
 && echo 'export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --no-sandbox"' >/etc/chromium.d/container
USER 10001:10001
