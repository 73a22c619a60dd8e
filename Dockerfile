# The laptop's whole system (target "runtime", what docker-compose starts), one function as an image for Lambda (target "lambda"), and
# predict as a server of its own on port 8080, as SageMaker and KServe start one (target "serve", `docker run IMAGE serve`):
#   docker build --target lambda --build-arg FUNCTION=predict .
#   docker build --target serve .
# Beyond the train function's limits, a container that trains once (target "train", `docker run IMAGE <event>`):
#   docker build --target train .
#
# Bases are arguments. Node 22.23.3 on Debian 12, the index of all its platforms:
ARG NODE_IMAGE=node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c
# AWS rebuilds this one often, and a function gets no fixes from a base that stands still. To pin it nevertheless:
#   --build-arg LAMBDA_IMAGE=public.ecr.aws/lambda/nodejs:22@sha256:<digest>
# with the digest that `docker buildx imagetools inspect public.ecr.aws/lambda/nodejs:22` prints.
ARG LAMBDA_IMAGE=public.ecr.aws/lambda/nodejs:22

FROM ${NODE_IMAGE} AS build
RUN install -d -o node -g node /build
USER node
WORKDIR /build
COPY --chown=node:node package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY --chown=node:node esbuild.config.mjs tsconfig.json ./
COPY --chown=node:node functions functions
COPY --chown=node:node lib lib
# The laptop runs the state machines that Terraform applies.
COPY --chown=node:node terraform/state-machines terraform/state-machines
# The console brings two of its tables along.
COPY --chown=node:node data/raw data/raw
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
RUN install -d -o node -g node /build
USER node
WORKDIR /build
COPY --chown=node:node package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${LAMBDA_IMAGE} AS lambda
ARG FUNCTION=predict
COPY --from=build /build/dist/functions/${FUNCTION}/ /var/task/
CMD ["handler.handler"]

FROM ${NODE_IMAGE} AS serve
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/dist/serve/ /app/
COPY --from=build /build/dist/functions/predict/ /app/predict/
USER 1000:1000
EXPOSE 8080
LABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:8080/v2/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/serve.mjs", "/app/predict/handler.mjs"]
CMD ["serve"]

FROM ${NODE_IMAGE} AS train
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/dist/train-job/ /app/
COPY --from=build /build/dist/functions/train/ /app/train/
USER 1000:1000
ENTRYPOINT ["node", "/app/train.mjs", "/app/train/handler.mjs"]

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
RUN install -d -o node -g node /state
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY data/raw data/raw
# By number, so that a cluster can tell that it is not root.
USER 1000:1000
VOLUME ["/state"]
EXPOSE 8000 9000 9001 9002
HEALTHCHECK --interval=5s --timeout=5s --start-period=90s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:8000/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "dist/local/main.mjs", "--host", "0.0.0.0", "--state", "/state"]
