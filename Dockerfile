# syntax=docker/dockerfile:1
# PyroBlur's command line without a window, for a processor or for NVIDIA's GPUs:
#
#     docker build -t pyroblur .                                       # blur, detect, data sets, benchmarks: no PyTorch
#     docker build -t pyroblur:train --build-arg PART=train .          # all of it, with PyTorch for the CPU
#     docker build -t pyroblur:cuda --build-arg PART=train --build-arg DEVICE=cuda .
#     docker run --rm -v "$PWD:/results" pyroblur blur clip.mp4
#     docker run --rm --gpus all --shm-size 2g -v models:/models -v "$PWD:/results" pyroblur:cuda full --accept-licence
#
# It runs as a user without rights. /data, /models and /results are volumes: what is worked on, what PyroBlur keeps for
# itself (models, data sets, runs), and where commands run and write.
ARG PYTHON_VERSION=3.13

FROM python:${PYTHON_VERSION}-slim-trixie AS build
# PART: "" or "train". DEVICE: cpu or cuda; with cuda, PyTorch's usual wheels bring NVIDIA's libraries along.
ARG PART=""
ARG DEVICE=cpu
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY pyproject.toml README.md LICENSE THIRD_PARTY.md constraints.txt ./
COPY pyroblur_gui pyroblur_gui
COPY resources resources
COPY docs docs
RUN python -m venv /opt/pyroblur \
    && if [ "$PART" = train ] && [ "$DEVICE" = cpu ]; then \
        /opt/pyroblur/bin/pip install -c constraints.txt --index-url "$TORCH_INDEX" torch torchvision; \
    fi \
    && /opt/pyroblur/bin/pip install -c constraints.txt ".${PART:+[$PART]}"

FROM python:${PYTHON_VERSION}-slim-trixie
LABEL org.opencontainers.image.title="PyroBlur" \
    org.opencontainers.image.description="Covers faces and licence plates in photos and videos" \
    org.opencontainers.image.licenses="AGPL-3.0-or-later"
# OpenCV's wheel loads these; the window's are not needed.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0t64 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home pyroblur \
    && install -d -o pyroblur -g pyroblur /data /models /results
COPY --from=build /opt/pyroblur /opt/pyroblur
ENV PATH=/opt/pyroblur/bin:$PATH \
    PYROBLUR_HOME=/models \
    PYTHONUNBUFFERED=1 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility,video
USER 1000:1000
VOLUME ["/data", "/models", "/results"]
WORKDIR /results
ENTRYPOINT ["pyroblur"]
CMD ["--help"]
